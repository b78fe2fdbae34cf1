"""Everything that can wake the desk. Registers blueprints, decides nothing."""

from chalice.app import Chalice

from chalicelib.audit.jobs import bp as audit_jobs
from chalicelib.customers.api import api as customers_api
from chalicelib.customers.jobs import bp as customers_jobs
from chalicelib.escalation.api import api as escalation_api
from chalicelib.escalation.jobs import bp as escalation_jobs
from chalicelib.knowledge.pages import bp as knowledge_pages
from chalicelib.mail.api import api as mail_api
from chalicelib.mail.jobs import bp as mail_jobs
from chalicelib.promises.jobs import bp as promises_jobs
from chalicelib.tickets.api import api as tickets_api
from chalicelib.web.docs import bp as web_docs
from chalicelib.web.others import refuse_other_methods
from chalicelib.webhooks.api import api as webhooks_api
from chalicelib.webhooks.jobs import bp as webhooks_jobs

app = Chalice(app_name="pledge", configure_logs=False)

for blueprint in (
    audit_jobs,
    customers_api,
    customers_jobs,
    escalation_api,
    escalation_jobs,
    knowledge_pages,
    mail_api,
    mail_jobs,
    promises_jobs,
    tickets_api,
    web_docs,
    webhooks_api,
    webhooks_jobs,
):
    app.register_blueprint(blueprint)
refuse_other_methods(app)
