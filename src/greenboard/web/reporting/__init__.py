"""Reports: their pages, files, saved views, and the overview of them."""
