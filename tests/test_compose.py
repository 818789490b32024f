"""docker-compose.yml says what it should, by the published schema and by our own rules; no engine is needed.

The schema is the Compose Specification's (Apache-2.0), as carried by the package check-jsonschema 0.39.0.
"""

import hashlib
import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from config.cluster import APP, OWNER, QUIET, default_privileges
from config.deploy.secrets import compose_secrets, write_secrets
from config.product import GUNICORN
from config.servers import HUSHED
from foundation.files import documents

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")


def test_the_file_follows_the_published_schema():
    schema = json.loads((ROOT / "tests/compose-spec.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(COMPOSE)


def test_the_schema_does_refuse():
    schema = json.loads((ROOT / "tests/compose-spec.json").read_text())
    broken = COMPOSE | {"services": {"web": {"image": "x", "comand": ["y"]}}}
    with pytest.raises(jsonschema.ValidationError, match="comand"):
        jsonschema.Draft202012Validator(schema).validate(broken)


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_names_exists(name: str):
    service = SERVICES[name]
    assert set(service.get("networks", [])) <= set(COMPOSE["networks"])
    assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
    assert set(service.get("depends_on", {})) <= set(SERVICES)
    for volume in service.get("volumes", []):
        source = volume.partition(":")[0]
        assert (ROOT / source).is_file() if source.startswith("./") else source in COMPOSE["volumes"]
    for value in service.get("environment", {}).values():
        if value.startswith("/run/secrets/"):
            assert value.removeprefix("/run/secrets/") in service["secrets"]


def test_a_condition_of_health_is_asked_of_a_service_that_has_a_check():
    for service in SERVICES.values():
        for name, wanted in service.get("depends_on", {}).items():
            assert wanted["condition"] != "service_healthy" or "healthcheck" in SERVICES[name]


def test_only_the_migration_gets_the_owner_of_the_tables():
    assert [name for name in OURS if "database_owner_url" in SERVICES[name]["secrets"]] == ["migrate"]
    assert [name for name in SERVICES if "postgres_password" in SERVICES[name].get("secrets", [])] == ["postgres"]


def test_only_the_worker_holds_the_sealing_key():
    """Whoever breaks into the web process cannot sign the trail (safety.md §4)."""
    having = [name for name in OURS if any("seal:" in volume for volume in SERVICES[name]["volumes"])]
    assert having == ["worker"]
    assert [name for name in OURS if "AMPARO_SEAL_KEY" in SERVICES[name]["environment"]] == ["worker"]


def test_secrets_come_as_files_and_never_in_the_environment():
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            is_secret = any(word in name for word in ("PASSWORD", "SECRET", "KEY", "_URL_"))
            assert not is_secret or value.startswith(("/run/", "/var/lib/"))


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_do_little(name: str):
    service = SERVICES[name]
    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


def test_only_the_proxy_is_reached_from_outside_and_the_servers_reach_nobody():
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["proxy"]
    assert COMPOSE["networks"]["backend"] == {"internal": True}
    assert SERVICES["postgres"]["networks"] == SERVICES["redis"]["networks"] == ["backend"]
    assert "backend" not in SERVICES["proxy"]["networks"]


def test_whoever_takes_or_checks_files_has_the_store_and_the_ledger_and_they_are_not_on_the_containers_own_disk():
    places = {COMPOSE["x-application"]["environment"][name] for name in ("AMPARO_FILES", "AMPARO_LEDGER")}
    image = (ROOT / "config/deploy/Dockerfile").read_text()
    for name in ("web", "worker"):
        mounted = {volume.split(":")[1] for volume in SERVICES[name]["volumes"]}
        assert all(any(place.startswith(target) for target in mounted) for place in places)
        assert all(target in image for target in mounted), "made in the image, closed, for our account"


def test_the_scanner_is_optional_and_reached_by_the_worker_alone():
    scanner = SERVICES["clamav"]
    assert scanner["profiles"] == ["clamav"]
    assert [name for name in SERVICES if "scanner" in SERVICES[name].get("networks", [])] == ["worker", "clamav"]
    assert "backend" not in scanner["networks"]
    assert not any("clamav" in service.get("depends_on", {}) for service in SERVICES.values())
    assert "ports" not in scanner
    assert COMPOSE["networks"]["scanner"] == {"internal": True}


def test_the_proxy_and_the_scanner_let_the_largest_file_through(settings):
    caddy = (ROOT / "config/deploy/Caddyfile").read_text()
    clamd = dict(
        line.split() for line in (ROOT / "config/deploy/clamd.conf").read_text().splitlines() if line[:1] != "#"
    )
    (let_through,) = re.findall(r"max_size (\d+)MB", caddy)
    assert int(let_through) * 1_000_000 >= settings.FILE_BYTES + 500_000
    megabytes = {name: int(value[:-1]) * 1024 * 1024 for name, value in clamd.items() if value.endswith("M")}
    assert megabytes["StreamMaxLength"] > settings.FILE_BYTES
    assert megabytes["MaxScanSize"] > megabytes["MaxFileSize"] > documents.MOST_UNPACKED
    assert clamd["AlertExceedsMax"] == clamd["AlertEncrypted"] == "yes"


def test_postgresql_is_as_quiet_as_the_embedded_one():
    assert {f"-c{name}={value}" for name, value in QUIET.items()} <= set(SERVICES["postgres"]["command"])


def test_valkey_keeps_no_command_in_both_shapes():
    command = SERVICES["redis"]["command"]
    for name, value in HUSHED.items():
        assert command[command.index(f"--{name}") + 1] == value


def test_the_pages_are_served_as_up_serves_them():
    """So no log of the web server tells who asked for what, and the figures of all its processes are counted."""
    command = SERVICES["web"]["command"]
    assert command[command.index("-c") + 1] == GUNICORN[1]
    assert not any(part.startswith("--access") for part in command)


def test_only_the_web_process_knows_the_operators_token():
    assert [name for name in SERVICES if "operator_token" in SERVICES[name].get("secrets", [])] == ["web"]


def test_both_shapes_give_the_roles_the_same_privileges():
    statements = (ROOT / "config/deploy/roles.sql").read_text().splitlines()
    assert set(default_privileges(OWNER, APP)) <= set(statements)
    roles = [line for line in statements if line.startswith("CREATE ROLE")]
    assert len(roles) == 2
    assert all("NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS NOCREATEDB" in line for line in roles)


def test_every_secret_is_drawn_and_every_one_drawn_is_used():
    assert set(compose_secrets()) == set(COMPOSE["secrets"])


def test_secrets_agree_with_each_other():
    drawn = compose_secrets()
    assert drawn["app_password"] in drawn["database_url"]
    assert drawn["owner_password"] in drawn["database_owner_url"]
    password = drawn["redis_url"].partition("amparo:")[2].partition("@")[0]
    assert hashlib.sha256(password.encode()).hexdigest() in drawn["valkey_users"]
    assert password not in drawn["valkey_users"]


def test_secrets_are_written_once_behind_a_closed_door(tmp_path: Path):
    directory = tmp_path / "secrets"
    write_secrets(directory)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert sorted(os.listdir(directory)) == sorted(compose_secrets())
    before = (directory / "keyring").read_text()
    with pytest.raises(FileExistsError):
        write_secrets(directory)
    assert (directory / "keyring").read_text() == before


def test_the_image_holds_every_app_and_nothing_of_the_tests():
    ignored = (ROOT / "config/deploy/Dockerfile.dockerignore").read_text().splitlines()
    apps = [path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"]
    assert {f"!{name}" for name in apps} <= set(ignored)
    assert "*" in ignored
    assert "!tests" not in ignored
