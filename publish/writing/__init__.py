"""Protected tables to files: workbooks, CSV, charts, document, landing page, manifest."""
