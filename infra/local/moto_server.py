"""moto as a server in this process, on loopback: S3, SNS, SQS, SES, EventBridge."""

import os
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from infra.local.names import ACCOUNT
from infra.local.ports import HOST, free_port

# moto answers as this account; the ARNs in the code name it. Read at each request.
os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT


@dataclass(slots=True, kw_only=True)
class MotoServer:
    """`start()`, `stop()`; `around` may wrap the WSGI application to see what goes by."""

    port: int = field(default_factory=free_port)
    around: Any = None
    _server: Any = None

    @property
    def endpoint(self) -> str:
        """What botocore calls AWS_ENDPOINT_URL."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Returns when it listens."""
        import logging

        from moto.moto_server.werkzeug_app import (
            DomainDispatcherApplication,
            MotoRequestHandler,
            create_backend_app,
        )
        from werkzeug.serving import make_server

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        application = DomainDispatcherApplication(create_backend_app)
        wrapped = self.around(application) if self.around else application
        self._server = make_server(
            HOST, self.port, wrapped, threaded=True, request_handler=MotoRequestHandler
        )
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, name="moto", daemon=True).start()

    def stop(self) -> None:
        """Frees the port; what moto holds in memory is gone."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


def forget_everything() -> None:
    """An empty cloud: for tests."""
    from moto.core.base_backend import BackendDict
    from moto.core.model_instances import reset_model_data

    BackendDict.reset()
    reset_model_data()
