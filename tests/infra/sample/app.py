"""A tiny app with every kind of trigger, so that the cloud on a laptop is tested without the desk."""

from chalice import Chalice
from sample.handlers import bp
from sample.routes import web

app = Chalice(app_name="pledge", configure_logs=False)
app.register_blueprint(bp)
app.register_blueprint(web)
