"""Parts of the page of an entity, one module each; see `web.panels`."""
