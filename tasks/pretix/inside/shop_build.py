"""Makes events in pretix from plain data, and forgets them again. Runs in pretix's own environment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from pretix.base.models import (
    CartPosition,
    Event,
    InvoiceAddress,
    Item,
    ItemCategory,
    ItemVariation,
    Order,
    OrderPosition,
    Organizer,
    Question,
    Quota,
    SubEvent,
    Voucher,
)

BANK_TRANSFER = "pretix.plugins.banktransfer"
PLUGINS = f"{BANK_TRANSFER},pretix.plugins.manualpayment"
EXPIRED = datetime(2020, 1, 1, tzinfo=UTC)


def money(cents: int) -> Decimal:
    return Decimal(cents) / 100


def moment(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


@transaction.atomic
def build_event(organizer: Organizer, slug: str, spec: dict[str, Any]) -> Event:
    """An event that is on sale, with everything that `spec` (a catalogue event as plain data) names."""
    event = Event.objects.create(
        organizer=organizer,
        name=spec["name"],
        slug=slug,
        date_from=moment(spec["day"]),
        location=spec["location"],
        currency="EUR",
        is_public=slug == spec["key"],
        has_subevents=bool(spec["dates"]),
        plugins=PLUGINS,
        live=True,
    )
    event.set_defaults()
    _settings(event, spec)
    dates = [
        SubEvent.objects.create(event=event, name=date["name"], date_from=moment(date["day"]), active=True)
        for date in spec["dates"]
    ]
    _sell(event, spec, dates)
    return event


def _settings(event: Event, spec: dict[str, Any]) -> None:
    values: dict[str, Any] = {
        "timezone": "UTC",
        "locale": "en",
        "locales": ["en"],
        "name_scheme": "full",
        "event_list_type": "list",
        "invoice_address_asked": False,
        "attendee_names_asked": spec["asks_names"],
        "attendee_names_required": spec["asks_names"],
        "attendee_emails_asked": spec["asks_emails"],
        "attendee_emails_required": spec["asks_emails"],
        "ticket_download": False,
        "waiting_list_enabled": False,
        "max_items_per_order": 12,
        "reservation_time": 120,
        "cancel_allow_user": spec["can_cancel"],
        "cancel_allow_user_paid": spec["can_cancel"],
        "cancel_allow_user_unpaid_keep": money(spec["cancel_fee_cents"]),
        "cancel_allow_user_paid_keep": money(spec["cancel_fee_cents"]),
        "payment_banktransfer__enabled": True,
        "payment_banktransfer_bank_details_type": "other",
        "payment_banktransfer_bank_details": "Lakeside Savings Bank, account 4711",
        "payment_manual__enabled": True,
        "payment_manual_public_name": "Pay at the door",
        "payment_manual_checkout_description": "You pay when you come.",
        "payment_manual_pending_description": "Please pay when you come.",
        "payment_term_days": 14,
    }
    for name, value in values.items():
        event.settings.set(name, value)


def _sell(event: Event, spec: dict[str, Any], dates: list[SubEvent]) -> None:
    categories: dict[str, ItemCategory] = {}
    items: dict[str, Item] = {}
    for place, one in enumerate(spec["items"]):
        name = one["category"]
        if name not in categories:
            categories[name] = ItemCategory.objects.create(
                event=event, name=name, position=len(categories), is_addon=one["is_addon"]
            )
        items[one["name"]] = _item(event, one, categories[name], place, spec, dates)
    for one in spec["items"]:
        for place, (category, least, most) in enumerate(one["addons"]):
            items[one["name"]].addons.create(
                addon_category=categories[category], min_count=least, max_count=most, position=place
            )
    _questions(event, spec, items)
    for one in spec["vouchers"]:
        Voucher.objects.create(
            event=event,
            code=one["code"],
            price_mode="percent",
            value=one["percent"],
            item=items.get(one["item"]),
            max_usages=100,
            valid_until=EXPIRED if one["is_expired"] else None,
        )


def _item(
    event: Event, one: dict[str, Any], category: ItemCategory, place: int, spec: dict[str, Any], dates: list[SubEvent]
) -> Item:
    item = Item.objects.create(
        event=event,
        name=one["name"],
        category=category,
        default_price=money(one["cents"]),
        position=place,
        admission=one["is_personal"],
        personalized=one["is_personal"],
        max_per_order=one["most"],
    )
    variations = [
        ItemVariation.objects.create(item=item, value=kind["name"], default_price=money(kind["cents"]), position=order)
        for order, kind in enumerate(one["variations"])
    ]
    kinds = (
        zip(variations, (kind["size"] for kind in one["variations"]), strict=True)
        if variations
        else [(None, one["size"])]
    )
    for variation, size in kinds:
        for date, told in zip(dates, spec["dates"], strict=True) if dates else [(None, {"sold_out": ()})]:
            quota = Quota.objects.create(
                event=event,
                name=f"{item.name} {variation.value if variation else ''}".strip(),
                size=0 if one["name"] in told["sold_out"] else size,
                subevent=date,
            )
            quota.items.add(item)
            if variation:
                quota.variations.add(variation)
    return item


def _questions(event: Event, spec: dict[str, Any], items: dict[str, Item]) -> None:
    for place, one in enumerate(spec["questions"]):
        question = Question.objects.create(
            event=event,
            question=one["text"],
            type=Question.TYPE_CHOICE if one["options"] else Question.TYPE_STRING,
            required=True,
            position=place,
        )
        question.items.set([items[name] for name in one["items"]])
        for order, option in enumerate(one["options"]):
            question.options.create(answer=option, position=order)


@transaction.atomic
def place_order(event: Event, wish: dict[str, Any]) -> Order:
    """An order that was there before: unpaid, by bank transfer."""
    now = datetime.now(UTC)
    dates = {str(date.name): date for date in event.subevents.all()}
    lines = [(_found(event, line), line) for line in wish["lines"]]
    total = sum((price for (_, _, price), _ in lines), Decimal(0))
    order = Order.objects.create(
        event=event,
        email=wish["email"],
        status=Order.STATUS_PENDING,
        datetime=now,
        expires=now + timedelta(days=14),
        total=total,
        locale="en",
        sales_channel=event.organizer.sales_channels.get(identifier="web"),
    )
    for place, ((item, variation, price), line) in enumerate(lines, 1):
        position = OrderPosition.objects.create(
            order=order,
            item=item,
            variation=variation,
            price=price,
            positionid=place,
            subevent=dates.get(wish["date"]),
            attendee_name_parts={"_scheme": "full", "full_name": line["attendee"]} if line["attendee"] else {},
            tax_rate=Decimal(0),
            tax_value=Decimal(0),
        )
        for question in event.questions.filter(question__in=line["answers"], items=item):
            reply = line["answers"][str(question.question)]
            given = position.answers.create(question=question, answer=reply)
            given.options.set(question.options.filter(answer=reply))
    order.payments.create(amount=total, provider="banktransfer", state="created")
    order.create_transactions(is_new=True)
    order.log_action("pretix.event.order.placed")
    return order


def _found(event: Event, line: dict[str, Any]) -> tuple[Item, ItemVariation | None, Decimal]:
    item = next(one for one in event.items.all() if str(one.name) == line["item"])
    variation = next((one for one in item.variations.all() if str(one.value) == line["variation"]), None)
    return item, variation, variation.price if variation else item.default_price


@transaction.atomic
def forget_event(event: Event) -> None:
    """The event and everything in it."""
    event.delete_all_orders(really=True)
    CartPosition.objects.filter(event=event, addon_to__isnull=False).delete()
    event.delete_sub_objects()
    InvoiceAddress.objects.filter(order__event=event).delete()
    event.delete()
