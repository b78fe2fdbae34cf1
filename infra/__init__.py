"""What the desk runs on: `resources/`, permissions (`.chalice/grants.yaml`), and the cloud on a laptop."""
