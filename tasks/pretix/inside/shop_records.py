"""What pretix's database says of an event's orders, as plain data. Runs in pretix's own environment."""

from __future__ import annotations

from typing import Any

from pretix.base.models import Event, Order, OrderPosition


def orders(event: Event) -> list[dict[str, Any]]:
    """Every order of the event, the oldest first."""
    return [_order(order) for order in event.orders.order_by("pk")]


def _order(order: Order) -> dict[str, Any]:
    positions = OrderPosition.all.filter(order=order).select_related(
        "item", "variation", "subevent", "voucher", "addon_to"
    )
    payment = order.payments.order_by("pk").last()
    return {
        "code": order.code,
        "is_cancelled": order.status == Order.STATUS_CANCELED or not order.positions.exists(),
        "email": order.email or "",
        "cents": int(order.total * 100),
        "payment": str(payment.payment_provider.public_name) if payment and payment.payment_provider else "",
        "lines": [_line(one) for one in positions.order_by("positionid")],
    }


def _line(position: OrderPosition) -> dict[str, Any]:
    return {
        "id": position.pk,
        "addon_to": position.addon_to_id or 0,
        "item": str(position.item.name),
        "variation": str(position.variation.value) if position.variation else "",
        "date": str(position.subevent.name) if position.subevent else "",
        "voucher": position.voucher.code if position.voucher else "",
        "attendee": position.attendee_name or "",
        "attendee_email": position.attendee_email or "",
        "cents": int(position.price * 100),
        "answers": {str(one.question.question): str(one.answer) for one in position.answers.select_related("question")},
    }
