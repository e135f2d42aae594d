"""The bill of every profile, from prices.toml and the templates."""

import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from costs.__main__ import bills, main, table
from costs.bill import Line, bill
from costs.prices import load
from costs.templates import FOLDER
from costs.usage import of_cheap, of_standard
from local.environment import ROOT

PAGE = (ROOT / "docs" / "deployment" / "costs.md").read_text(encoding="utf-8")


def line(profile: str, what: str) -> Line:
    return next(it for it in bills()[profile] if it.what == what)


def test_the_cheap_profile_costs_at_most_eight_dollars_a_month() -> None:
    assert line("cheap", "month").most <= 8


def test_the_page_shows_what_the_templates_cost() -> None:
    assert table(bills()) in PAGE


def test_the_page_names_the_day_and_the_region_of_the_prices() -> None:
    prices = load()

    assert prices.read in PAGE and prices.region in PAGE


def test_one_small_arm_task_costs_what_the_list_says() -> None:
    assert line("production alone", "Fargate").most / 2 == (
        (Decimal("0.25") * Decimal("0.03238") + Decimal("0.5") * Decimal("0.00356")) * 730
    )


def test_spot_is_between_half_and_three_tenths_of_the_price() -> None:
    cheap = line("cheap", "Fargate")

    assert cheap.most / cheap.least == Decimal("0.5") / Decimal("0.3")


def test_staging_pays_for_its_working_hours_only() -> None:
    awake = {task.name: task.awake for task in of_standard(["production", "staging"]).tasks}

    assert awake["production-telegram-bot"] == awake["production-market-data"] == 1
    assert awake["staging-telegram-bot"] == awake["staging-market-data"] == Decimal(50) / 168


def test_a_second_environment_shares_balancer_and_database() -> None:
    one, two = of_standard(["production"]), of_standard(["production", "staging"])

    assert one.balancers == two.balancers == 1
    assert (one.secrets, two.secrets) == (2, 3)  # the third is staging's; RDS keeps the first


def test_private_tasks_pay_for_a_gateway_instead_of_addresses() -> None:
    public, private = (of_standard(["production"], private=it) for it in (False, True))

    assert (public.addresses, public.gateways) == (Decimal(4), 0)
    assert (private.addresses, private.gateways) == (Decimal(3), 1)


def test_a_larger_task_is_a_larger_bill(tmp_path: Path) -> None:
    folder = tmp_path / "aws"
    shutil.copytree(FOLDER, folder)
    form = folder / "tasks" / "assistant.json"
    form.write_text(form.read_text().replace('"cpu": "256"', '"cpu": "512"'))
    prices = load()

    before, after = (bill(it, prices)[-1].most for it in (of_cheap(), of_cheap(folder)))

    assert after - before == Decimal("0.25") * Decimal("0.03238") * 730 / 2


def test_the_table_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert re.match(r"\| US dollars a month \| cheap ", capsys.readouterr().out)
