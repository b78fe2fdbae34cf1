"""What the desk runs on: resources (`resources/`), permissions (`.chalice/grants.yaml`), and the cloud on a laptop."""
