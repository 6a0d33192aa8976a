"""People and groups of an LDAP directory: read, compared, and made to hold here."""
