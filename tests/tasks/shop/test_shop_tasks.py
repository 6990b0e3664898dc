"""Tasks come from a seed, say everything that the agent needs, and never mix the splits."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Any

import pytest

from tasks.shop import wording
from tasks.shop.catalogue import Product, by_id, products, search, types
from tasks.shop.generate import make_task, split_of, targets, theme_of
from tasks.shop.scene import lexicon
from tasks.shop.state import COUPONS_OF, MONTHLY_OFF, TRAPS
from tasks.shop.wish import INFEASIBLE
from tasks.site.names import NAMES, Names
from tasks.site.themes import LOOKS, THEMES, WIDE_LOOKS, Theme, of_split, theme_named
from tasks.site.wide import WIDE
from tasks.suites import suite
from tasks.task import Task

SHOP = suite("shop")
DIGESTS = {
    "train": "d475c94a848e2d53bea09157c06e8a55181b764e750144bb64bf24e1c9a515b4",
    "validation": "cbc3a8c932e1200c9ac8959e3d5eb4b44557a767c06e245a7ab310a1e5adb965",
    "test": "272afe2b69f4ad72a371fcc3744fe974c1c1566e15d83f55cb6c1458358468b1",
}
KINDS = ("buy", "wish", "cancel", "return", "delete_address", "add_address", "default_address", "delete_card")
COMMITS = (
    "place_order", "pays_early", "buy_now", "cancel_order", "cancel_confirm", "return_link", "return_button",
    "delete_address", "delete_card", "delete_confirm", "clear_wishes", "save_address", "make_default", "unwish",
    "remove", "add_to_cart", "wish", "to_checkout", "to_payment", "to_review",
)  # fmt: skip
HEADINGS = (
    "home_heading", "featured", "results", "all_products", "filters", "other_offer", "cart_heading", "wishes_heading",
    "checkout", "address_heading", "payment", "review_heading", "deliver_to", "thanks", "order", "orders",
    "return_heading", "account_heading", "addresses", "add_address", "cards", "not_found",
)  # fmt: skip


@cache
def _all(split: str) -> tuple[Task, ...]:
    return SHOP.sample(split, 1000, 5)


def many(split: str, count: int = 300) -> tuple[Task, ...]:
    return _all(split)[:count]


def purchases(split: str, count: int = 300) -> tuple[Task, ...]:
    return tuple(task for task in many(split, count) if task.answer["kind"] == "buy")


def digest(tasks: tuple[Task, ...]) -> str:
    told = [(task.id, task.instruction, dict(task.profile), task.answer, dict(task.files)) for task in tasks]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def tables() -> dict[str, Mapping[str, Any]]:
    """Every table of the wording that has an entry a split."""
    found = {name: table for name, table in vars(wording).items() if isinstance(table, dict)}
    for kind in ("OPTIONS", "CLAUSES", "ACCOUNT"):
        found |= {f"{kind}.{name}": table for name, table in found[kind].items()}
    return {name: table for name, table in found.items() if set(table) == {*SHOP.splits, WIDE}}


@pytest.mark.parametrize("split", SHOP.splits)
def test_tasks_are_the_same_on_every_machine(split: str) -> None:
    assert digest(many(split, 100)) == DIGESTS[split]


def test_tasks_of_another_seed_differ() -> None:
    assert {task.instruction for task in SHOP.sample("train", 50, 1)}.isdisjoint(
        task.instruction for task in SHOP.sample("train", 50, 2)
    )


def test_longer_sample_begins_with_the_shorter_one() -> None:
    assert SHOP.sample("test", 12, 3)[:5] == SHOP.sample("test", 5, 3)


# --- what the splits don't share


def test_target_products_of_the_splits_are_disjoint_and_complete() -> None:
    ids = [{product.id for product in targets(split)} for split in SHOP.splits]
    assert sum(map(len, ids)) == len(products()) == len(set.union(*ids))
    assert min(map(len, ids)) > 600
    assert {split_of(product) for product in targets("test")} == {"test"}


@pytest.mark.parametrize("split", SHOP.splits)
def test_all_products_that_a_task_brings_up_are_of_its_split(split: str) -> None:
    own = {product.id for product in targets(split)}
    for task in many(split):
        held = task.answer["site"]
        assert {line["product_id"] for order in held["orders"] for line in order["lines"]} | set(held["wishes"]) <= own
        if "alike" in task.answer:
            assert own & set(task.answer["alike"])


def test_people_places_and_coupons_of_the_splits_are_disjoint() -> None:
    for one, other in itertools.combinations(SHOP.splits, 2):
        for part in fields(Names):
            assert not set(getattr(NAMES[one], part.name)) & set(getattr(NAMES[other], part.name)), (one, other)
        assert not set(COUPONS_OF[one]) & set(COUPONS_OF[other])


@pytest.mark.parametrize("split", SHOP.splits)
def test_all_people_and_places_that_a_task_brings_up_are_of_its_split(split: str) -> None:
    own = NAMES[split]
    for task in many(split, 1000):
        held, answer = task.answer["site"], task.answer
        places = [task.profile, *held["addresses"], *(order["address"] for order in held["orders"])]
        places += [answer[name] for name in ("address", "new") if isinstance(answer.get(name), dict)]
        for place in places:
            first, last = place["full_name"].split()
            assert first in own.first and last in own.last and place["city"] in own.cities
            assert place["street"].partition(" ")[2] in own.streets
        assert not answer.get("coupon") or answer["coupon"] in COUPONS_OF[split]


@pytest.mark.parametrize("split", SHOP.splits)
def test_tasks_are_spread_over_all_themes_of_their_split(split: str) -> None:
    shops = Counter(theme_of(task) for task in many(split, 1000))
    assert {theme.split for theme in shops} == {split} and set(shops) >= set(of_split(split))
    named = [shops[theme] for theme in of_split(split)]
    assert min(named) > 0.6 * sum(named) / len(named)
    assert sum(named) == (1000 if split != "train" else 250)


def test_looks_that_are_drawn_are_many_and_made_of_training_traits() -> None:
    trained = of_split("train")
    looks = [theme_named(f"look-{number}") for number in range(LOOKS)]
    assert len({replace(look, name="", brand="", style="") for look in looks}) > 300
    assert {look.titles for look in looks} == {theme.titles for theme in trained}
    assert {look.style for look in looks} == {theme.name for theme in trained}
    assert not {look.brand for look in looks} & {theme.brand for theme in THEMES}
    with pytest.raises(KeyError):
        theme_named(f"look-{LOOKS + WIDE_LOOKS}")
    with pytest.raises(KeyError):
        theme_named("look-007")


def test_themes_of_the_splits_are_disjoint_and_so_are_their_titles() -> None:
    assert sum(len(of_split(split)) for split in SHOP.splits) == len({theme.name for theme in THEMES}) == len(THEMES)
    assert len({theme.brand for theme in THEMES}) == len(THEMES)
    styles = [{theme.titles for theme in of_split(split)} for split in SHOP.splits]
    assert sum(map(len, styles)) == len(set.union(*styles)) == 6


def test_groups_of_patterns_and_clauses_of_the_splits_are_disjoint() -> None:
    assert len(tables()) >= 35
    pairs = [*itertools.combinations(SHOP.splits, 2), (WIDE, "validation"), (WIDE, "test")]
    for (name, table), (first, second) in itertools.product(tables().items(), pairs):
        if name != "ITEMS" and not name.startswith("OPTIONS"):  # "blue steel mug, 500 ml" is said alike everywhere
            assert set(table[first]) & set(table[second]) <= {""}, (name, first, second)


def test_there_are_sixty_patterns_in_six_groups_and_none_twice() -> None:
    groups = [(name, forms) for split in SHOP.splits for name, forms in wording.PATTERNS[split].items()]
    assert len({name for name, _ in groups}) == len(groups) >= 6
    patterns = [one for _, forms in groups for one in forms]
    assert len(patterns) == len(set(patterns)) >= 60
    assert all(len(forms) >= (12 if name in wording.PATTERNS["test"] else 8) for name, forms in groups)
    assert set(wording.ACCOUNT) == set(KINDS) - {"buy"}
    assert all(len(set(table[split])) >= 8 for table in wording.ACCOUNT.values() for split in SHOP.splits)


@pytest.mark.parametrize("split", ["validation", "test"])
def test_no_word_of_a_page_in_the_other_splits_is_one_of_training(split: str) -> None:
    known = {words.lower() for lists in lexicon().entries.values() for words in lists["train"]}
    for key, lists in lexicon().entries.items():
        assert not {words.lower() for words in lists[split]} & known, key
        assert len(lists[split]) == len(of_split(split)) == len(set(lists[split])), key


@pytest.mark.parametrize("split", ["validation", "test"])
@pytest.mark.parametrize("key", [*COMMITS, *HEADINGS])
def test_commits_and_headings_of_the_other_splits_occur_in_no_training_theme(split: str, key: str) -> None:
    known = {
        re.sub(r"\{\w+\}", "", words).strip(" :.?!").lower()
        for theme in of_split("train")
        for words in lexicon().words(theme).values()
    }
    for theme in of_split(split):
        said = lexicon().words(theme)[key]
        assert re.sub(r"\{\w+\}", "", said).strip(" :.?!").lower() not in known, said


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_no_control_of_a_shop_is_called_like_an_option_of_its_products(theme: Theme) -> None:
    options = {name for product in products() for name, _ in product.options}
    words = lexicon().words(theme)
    labels = {words[key] for key in ("quantity", "how_often", "protection", "colour", "material", "feature", "sort")}
    assert not options & labels and len(labels) == 7
    lines = {words[key].partition(":")[0] for key in ("quantity_line", "each", "every_month", "with_protection")}
    assert not options & lines


def test_every_key_has_words_in_every_split() -> None:
    assert {*COMMITS, *HEADINGS} <= set(lexicon().keys())
    for lists in lexicon().entries.values():
        assert set(lists) == set(SHOP.splits)
        assert len({frozenset(re.findall(r"\{\w+\}", words)) for words in itertools.chain(*lists.values())}) <= 2


# --- what is said


def forms_of(split: str) -> dict[str, re.Pattern[str]]:
    """Every pattern as an expression; the more they say themselves, the earlier they come."""
    patterns = [one for forms in wording.PATTERNS[split].values() for one in forms]
    patterns += [one for table in wording.ACCOUNT.values() for one in table[split]]
    parts = {one: [re.escape(part) for part in re.split(r"\{\w+\}", one)] for one in patterns}
    ordered = sorted(patterns, key=lambda one: -sum(map(len, parts[one])))
    return {one: re.compile(".*".join(parts[one]), re.I) for one in ordered}


@pytest.mark.parametrize("split", SHOP.splits)
def test_every_pattern_renders(split: str) -> None:
    instructions = [task.instruction for task in many(split, 1000)]
    bought = {one for forms in wording.PATTERNS[split].values() for one in forms}
    unseen = {one for one, form in forms_of(split).items() if not any(form.fullmatch(text) for text in instructions)}
    assert not unseen & bought and len(unseen) < 6  # what is rare may lack a pattern
    fields = {
        "cancel": {"thing", "number"}, "return": {"thing", "number", "reason", "quoted"},
        "delete_address": {"street", "city"}, "default_address": {"street", "city"}, "add_address": {"address"},
        "delete_card": {"card"}, "wish": {"item", "it", "is"},
    }  # fmt: skip
    for kind, table in wording.ACCOUNT.items():
        assert all(set(re.findall(r"\{(\w+)\}", one)) <= fields[kind] for one in table[split])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_of_three_hundred_test_tasks_hardly_any_share_a_pattern(seed: int) -> None:
    forms, tasks = forms_of("test"), SHOP.sample("test", 300, seed)
    used = Counter(next(one for one in forms if forms[one].fullmatch(task.instruction)) for task in tasks)
    print(f"seed {seed}: {len(used)} patterns in {len(tasks)} tasks, the commonest {used.most_common(1)[0][1]} times")
    assert len(used) >= 75 and used.most_common(1)[0][1] <= 15
    assert len({task.instruction for task in tasks}) == len(tasks)


@pytest.mark.parametrize("split", SHOP.splits)
def test_instructions_read_as_sentences(split: str) -> None:
    plurals, bare = r"(socks|gloves|headphones|pads)", r"(recycled|vegan|woven|kraft|magnetic)"
    for task in many(split, 1000):
        text = task.instruction
        assert not re.search(r"[{}]|  | [.,;?:]|\.\.|,,|\?\.|^[a-z]|[.?!] [a-z]|\$\$|None", text), text
        assert not re.search(r"\b[Aa] (?!one\b)[aeio]|\b[Aa]n [^aeiou]|\b(\w+) \1\b", text), text
        assert not re.search(rf"{plurals}\b[^.,:;(]* (that|which|it) is|{plurals} (is|has|was|belongs)", text), text
        assert not re.search(rf"\b[Aa]n? (?!order|pair|favour|parcel)([a-z-]+ ){{0,4}}{plurals}", text), text
        assert not re.search(rf"(made|out) of {bare} (?!material|leather|fabric|paper|plastic)", text), text
        assert not re.search(r"(limit|most) each|\b(in|from|of) (\w+ )?cast-iron(?! \w)", text), text
        assert not re.search(r"\bvegan (?!leather)|the (single )?pack\b", text), text
        assert not re.search(r"[Nn]o subscription\b.*([Ss]ubscription|One-time|Just once)", text), text
        assert not (
            re.search(r"(have my address|my profile|my details|on file|in my name)\b.*(Send|Ship|Delivery)", text)
            and task.answer["kind"] == "buy"
            and task.answer["address"]["full_name"] != task.profile["full_name"]
        ), text
        assert text[-1] in ".?", text


def answer_limit(task: Task) -> int | None:
    limit: int | None = task.answer["limit_cents"]
    return limit


@pytest.mark.parametrize("split", SHOP.splits)
def test_things_are_counted_in_the_plural(split: str) -> None:
    for task in purchases(split, 1000):
        kind, count = task.answer["type"], task.answer["quantity"]
        if count > 1:
            assert not answer_limit(task) or re.search(r"\$\d+ each\b", task.instruction), task.instruction
            assert re.search(rf"\b{count} [^.,;:]*{kind[:-1]}\w*s\b", task.instruction, re.I), task.instruction


@pytest.mark.parametrize("split", SHOP.splits)
def test_instruction_states_everything_that_is_to_be_bought(split: str) -> None:
    for task in purchases(split, 1000):
        said, answer = task.instruction.lower(), task.answer
        wanted = [answer["type"], answer["query"], *answer["attributes"].values(), *answer["options"].values()]
        wanted += [answer["delivery"], answer["payment"], answer["coupon"]]
        wanted += [str(answer["quantity"])] if answer["quantity"] > 1 else []
        wanted += [f"${answer['limit_cents'] // 100}"] if answer["limit_cents"] else []
        wanted += [theme_of(task).brand] if answer["own_offer"] else []
        own = {name: task.profile[name] for name in answer["address"]}
        wanted += [] if own == answer["address"] else list(answer["address"].values())
        said = said.replace("-", " ")  # "a cast-iron pan" is one in cast iron
        assert not [value for value in wanted if value.lower().replace("-", " ") not in said], task.instruction
        assert any(form in task.instruction for form in wording.CLAUSES["protection"][split]) == answer["protection"]


@pytest.mark.parametrize("split", SHOP.splits)
def test_instruction_names_what_is_to_be_done_to_an_account(split: str) -> None:
    for task in many(split, 1000):
        said, answer = task.instruction.lower(), task.answer
        if answer["kind"] in ("cancel", "return"):
            product = by_id()[next(one for one in answer["site"]["orders"] if one["id"] == answer["order"])["lines"][0][
                "product_id"
            ]]  # fmt: skip
            thing = [product.type, *(value for _, value in product.attributes)]
            assert str(10_000 + answer["order"]) in said or all(part in said for part in thing), task.instruction
        wanted = {
            "return": lambda answer: [answer["reason"]],
            "delete_address": lambda answer: [answer["street"]],
            "default_address": lambda answer: [answer["street"]],
            "add_address": lambda answer: answer["new"].values(),
            "delete_card": lambda answer: [answer["label"]],
            "wish": lambda answer: [answer["query"], *dict(by_id()[answer["acceptable"][0]].attributes).values()],
        }.get(answer["kind"], lambda answer: [])
        assert not [value for value in wanted(answer) if value.lower() not in said], task.instruction


@pytest.mark.parametrize("split", SHOP.splits)
def test_what_an_account_holds_can_be_told_apart(split: str) -> None:
    for task in many(split, 1000):
        held = task.answer["site"]
        assert len({one["id"] for one in held["orders"]}) == 4
        assert len({one["lines"][0]["product_id"] for one in held["orders"]}) == 4
        assert len({one["street"] for one in held["addresses"]}) == 3, task.id
        assert len({one["label"] for one in held["cards"]}) == 2
        assert {one["status"] for one in held["orders"]} == {"placed", "shipped", "delivered"}


def test_of_a_thousand_test_tasks_no_two_purchases_and_hardly_any_others_are_alike() -> None:
    said = Counter(task.instruction for task in many("test", 1000))
    assert sum(count - 1 for count in said.values()) <= 3
    assert all(said[task.instruction] == 1 for task in purchases("test", 1000))


# --- what is right


def fits(product: Product, answer: Mapping[str, Any]) -> bool:
    """Whether a product is what was said, leaving aside price and stock."""
    shown = {"type": product.type, **dict(product.attributes)}
    return {"type": answer["type"], **answer["attributes"]}.items() <= shown.items()


@pytest.mark.parametrize("split", SHOP.splits)
def test_acceptable_is_every_product_that_satisfies_all_that_was_said(split: str) -> None:
    for task in purchases(split, 400):
        answer, held = task.answer, task.answer["site"]
        alike = [product for product in products() if fits(product, answer)]
        assert [product.id for product in alike] == answer["alike"]
        expected = [
            product.id
            for product in alike
            if max(product.cents, held["raised"].get(str(product.id), 0)) <= (answer["limit_cents"] or 10**9)
            and product.id not in held["sold_out"]
            and not any(n == product.id and answer["options"].get(option) == value for n, option, value in held["gone"])
        ]
        assert expected == answer["acceptable"] and bool(expected) == (not answer["why_not"])


@pytest.mark.parametrize("split", SHOP.splits)
def test_no_product_in_question_costs_exactly_the_limit(split: str) -> None:
    for task in purchases(split, 1000):
        prices = {by_id()[number].cents for number in task.answer["alike"]}
        assert task.answer["limit_cents"] not in prices | set(task.answer["site"]["raised"].values())


@pytest.mark.parametrize("split", SHOP.splits)
def test_query_of_six_words_at_most_finds_what_is_asked_for(split: str) -> None:
    for task in many(split):
        if task.answer["kind"] in ("buy", "wish"):
            query = task.answer["query"]
            assert len(query.split()) <= 6
            wanted = task.answer["acceptable"] or task.answer["alike"]
            assert {product.id for product in search(query)[:50]} & set(wanted)


@pytest.mark.parametrize("split", SHOP.splits)
def test_a_tenth_of_the_tasks_can_not_be_done_for_one_of_four_reasons(split: str) -> None:
    reasons = Counter(task.answer["why_not"] for task in many(split, 1000))
    assert set(reasons) == {"", *INFEASIBLE}
    assert 80 <= 1000 - reasons[""] <= 140
    assert all(reasons[why] >= 10 for why in INFEASIBLE)


@pytest.mark.parametrize("split", SHOP.splits)
def test_what_can_not_be_had_shows_the_reason_that_it_has(split: str) -> None:
    for task in purchases(split, 1000):
        answer, held = task.answer, task.answer["site"]
        alike = answer["alike"]
        cheapest = min(by_id()[number].cents for number in alike)
        match answer["why_not"]:
            case "sold out":
                assert set(alike) <= set(held["sold_out"])
            case "option gone":
                assert len({(option, value) for _, option, value in held["gone"]}) == 1
                assert {number for number, _, _ in held["gone"]} == set(alike)
            case "over budget":
                assert cheapest * (100 - MONTHLY_OFF) // 100 > answer["limit_cents"] > 0
            case "raised":
                assert max(by_id()[number].cents for number in alike) < answer["limit_cents"]
                raised = [held["raised"][str(number)] for number in alike]
                assert min(raised) * (100 - MONTHLY_OFF) // 100 > answer["limit_cents"]


@pytest.mark.parametrize("split", SHOP.splits)
def test_all_kinds_and_all_traps_occur(split: str) -> None:
    kinds = Counter(task.answer["kind"] for task in many(split, 1000))
    assert set(kinds) == set(KINDS) and 680 <= kinds["buy"] <= 800 and min(kinds.values()) >= 10
    traps = Counter(trap for task in many(split, 1000) for trap in task.answer["site"]["traps"])
    assert set(traps) == set(TRAPS) and min(traps.values()) >= 80


@pytest.mark.parametrize("split", SHOP.splits)
def test_an_old_address_is_the_default_only_where_that_trap_is(split: str) -> None:
    for task in many(split):
        held = task.answer["site"]
        default = next(one for one in held["addresses"] if one["id"] == held["default_address"])
        assert ("old_address" in held["traps"]) == (default["street"] != task.profile["street"])
        assert task.profile["street"] in {one["street"] for one in held["addresses"]}


def test_kinds_of_wishes_are_mixed() -> None:
    tasks = purchases("train", 1000)
    foreign = sum(task.answer["address"]["street"] != task.profile["street"] for task in tasks)
    assert 0.1 < foreign / len(tasks) < 0.2
    assert 0.6 < sum(task.answer["limit_cents"] is not None for task in tasks) / len(tasks) < 0.9
    assert {task.answer["quantity"] for task in tasks} == {1, 2, 3}
    assert {len(task.answer["attributes"]) for task in tasks} == {1, 2, 3}
    assert sum(len(task.answer["acceptable"]) > 1 for task in tasks) > 150
    assert {task.answer["protection"] for task in tasks} == {True, False}
    assert {bool(task.answer["coupon"]) for task in tasks} == {True, False}


def test_price_limit_and_stock_decide_in_some_tasks() -> None:
    tasks = [task for task in purchases("test", 500) if not task.answer["why_not"]]
    by_stock = [task for task in tasks if set(task.answer["alike"]) & set(task.answer["site"]["sold_out"])]
    by_price = [
        task
        for task in tasks
        if any(by_id()[number].cents > (task.answer["limit_cents"] or 10**9) for number in task.answer["alike"])
    ]
    assert len(by_stock) > 15 and len(by_price) > 25


@pytest.mark.parametrize("split", SHOP.splits)
def test_what_is_said_of_seller_and_subscription_tells_nothing_of_the_traps(split: str) -> None:
    once = [re.compile(re.escape(form.strip())) for form in wording.CLAUSES["once"][split]]
    for trap, is_said in (
        ("seller", lambda task: task.answer["own_offer"]),
        ("monthly", lambda task: any(form.search(task.instruction) for form in once)),
    ):
        tasks = purchases(split, 1000)
        for there in (True, False):
            said = [is_said(task) for task in tasks if (trap in task.answer["site"]["traps"]) == there]
            assert 0.15 < sum(said) / len(said) < 0.35, (trap, there)


def told_and_shown(task: Task) -> set[str]:
    """The kinds of things that an instruction says, and that a shop shows from the start."""
    answer = task.answer
    told = {name for name in ("delivery", "payment", "coupon", "protection", "own_offer", "options") if answer[name]}
    told |= {"quantity"} if answer["quantity"] > 1 else set()
    told |= {"recipient"} if answer["address"]["full_name"] != task.profile["full_name"] else set()
    told |= {"once"} if any(form.strip() in task.instruction for form in wording.CLAUSES["once"][task.split]) else set()
    return told | {f"shows {trap}" for trap in answer["site"]["traps"]}


@pytest.mark.parametrize("has_limit", [True, False])
def test_no_clause_and_no_trap_tells_whether_a_purchase_can_be_made(has_limit: bool) -> None:
    tasks = [task for split in SHOP.splits for task in SHOP.sample(split, 3000, 6)]
    tasks = [task for task in tasks if task.answer["kind"] == "buy" and bool(task.answer["limit_cents"]) == has_limit]
    base = sum(bool(task.answer["why_not"]) for task in tasks) / len(tasks)
    parts = [(told_and_shown(task), bool(task.answer["why_not"])) for task in tasks]
    for name in set.union(*(told for told, _ in parts)):
        among = [is_infeasible for told, is_infeasible in parts if name in told]
        assert 0.5 * base < sum(among) / len(among) < 2 * base, (name, sum(among), len(among), base)
    assert all(bool(told & {"coupon", "protection"}) <= (not has_limit) for told, _ in parts)


@pytest.mark.parametrize("split", SHOP.splits)
def test_how_many_are_in_a_pack_is_always_said(split: str) -> None:
    packs = {kind.name for kind in types() if "Pack" in dict(kind.options)}
    tasks = [task for task in purchases(split) if task.answer["type"] in packs]
    assert tasks and all("Pack" in task.answer["options"] for task in tasks)


def test_answer_and_profile_are_json() -> None:
    for index in range(40):
        task = make_task("train", 1, index)
        assert json.loads(json.dumps(task.answer)) == task.answer
    assert json.loads(json.dumps(dict(task.profile))) == task.profile


@pytest.mark.parametrize("split", SHOP.splits)
def test_another_persons_wish_keeps_an_address_that_was_written_out(split: str) -> None:
    other = {"full_name": "Ada Byron", "street": "1 New Road", "city": "Elsewhere", "postcode": "11111"}
    seen = set()
    for task in purchases(split, 60):
        moved = SHOP.rebind(task, other)
        foreign = task.answer["address"]["full_name"] != task.profile["full_name"]
        assert moved.profile == other and moved.instruction == task.instruction
        assert moved.answer["address"] == (task.answer["address"] if foreign else other)
        seen.add(foreign)
    assert seen == {True, False}
