"""The template that gets deployed: Chalice's own, made from the code, under what `infra/resources` declares.

`packaged()` is what `make package` uploads, minus the zip: the cloud on a laptop and the tests read the same.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from infra.overlay import Json, overlay

ROOT = Path(__file__).resolve().parent.parent
RESOURCES = ROOT / "infra" / "resources"
GRANTS = ROOT / ".chalice" / "grants.yaml"
STAGE = "prod"


def packaged(project: Path = ROOT) -> Json:
    """The whole template of the app in `project`."""
    chalice = chalice_template(project)
    template: Json = merged(over(chalice), chalice)
    return template


def over(chalice: Json) -> Json:
    """What is merged over Chalice's template: `chalice package --merge-template`."""
    return overlay(chalice, declared(), yaml.safe_load(GRANTS.read_text()))


@cache
def declared() -> Json:
    """The resource files as one template; it needs no app."""
    template: Json = {}
    for file in sorted(RESOURCES.glob("*.yaml")):
        for section, entries in yaml.safe_load(file.read_text()).items():
            template.setdefault(section, {}).update(entries)
    return template


def chalice_template(project: Path = ROOT, *, zip_name: str = "./deployment.zip") -> Json:
    """Chalice's own template of the app, by its own generator, without building the zip."""
    from chalice.cli.factory import CLIFactory
    from chalice.deploy.appgraph import ApplicationGraphBuilder, DependencyBuilder
    from chalice.deploy.deployer import BuildStage, InjectDefaults, PolicyGenerator, SwaggerBuilder
    from chalice.deploy.models import DeploymentPackage
    from chalice.deploy.swagger import CFNSwaggerGenerator
    from chalice.package import ResourceBuilder, SAMTemplateGenerator
    from chalice.policy import AppPolicyGenerator
    from chalice.utils import OSUtils

    class NameOnly:
        """Stands where Chalice builds the zip."""

        def handle(self, _config: Any, resource: Any) -> None:
            if isinstance(resource, DeploymentPackage):
                resource.filename = zip_name

    with importing_from(project):
        factory = CLIFactory(str(project), environ=os.environ)
        config = factory.create_config_obj(chalice_stage_name=STAGE)
        files = OSUtils()
        steps: list[Any] = [InjectDefaults(), NameOnly(), PolicyGenerator(AppPolicyGenerator(files), files)]
        stage = BuildStage([*steps, SwaggerBuilder(CFNSwaggerGenerator())])
        builder = ResourceBuilder(ApplicationGraphBuilder(), DependencyBuilder(), stage)
        options = factory.create_package_options()
        template: Json = SAMTemplateGenerator(config, options).generate(
            builder.construct_resources(config, STAGE)
        )
    return template


@contextmanager
def importing_from(project: Path) -> Iterator[None]:
    """Chalice imports `app` from the project, and asks botocore for a region."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")
    sys.path.insert(0, str(project))
    try:
        yield
    finally:
        sys.path.remove(str(project))


def merged(over: Any, under: Any) -> Any:
    """Chalice's own deep merge: mappings are joined, anything else is replaced."""
    if not (isinstance(over, dict) and isinstance(under, dict)):
        return over
    return {**under, **{key: merged(value, under.get(key)) for key, value in over.items()}}
