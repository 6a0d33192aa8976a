"""Parts of the page *Mine*, one module each; see `web.panels`."""
