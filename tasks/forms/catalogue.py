"""The eight forms of the portal."""

from __future__ import annotations

from tasks.forms.specs import Form, Item, Sheet

NAME, EMAIL, PHONE, BIRTH = Item("full_name"), Item("email", "email"), Item("phone", "tel"), Item("birth_date", "date")
NEWSLETTER = Item("newsletter", "checkbox", is_required=False, is_ticked=True)
SHARING = Item("sharing", "checkbox", is_required=False, is_ticked=True)
REMINDERS = ("by_text", "by_mail", "no_reminder")
PAYOUTS, PERIODS = ("to_account", "by_cheque"), ("three_months", "six_months", "twelve_months")
CURRENCIES = ("eur", "usd", "gbp")
INCIDENTS = ("water", "theft", "fire", "storm")
REASONS = ("too_expensive", "not_used", "other_provider", "moving_abroad")
CATEGORIES = ("travel", "meals", "material", "training")
DIETS = ("any_food", "vegetarian", "vegan", "gluten_free")

JOB = Form(
    "job",
    (
        Sheet(
            "position",
            (
                Item("position", "select", choices="positions"),
                Item("hours", "radio", ("full_time", "part_time")),
                Item("weekly_hours", "number", when=("hours", ("part_time",))),
                Item("start_date", "date"),
            ),
        ),
        Sheet("person", (NAME, EMAIL, PHONE)),
        Sheet("papers", (Item("cv", "file"), Item("motivation", "textarea"), SHARING)),
    ),
)
CLAIM = Form(
    "claim",
    (
        Sheet(
            "damage",
            (
                Item("policy_number"),
                Item("incident", "select", INCIDENTS),
                Item("police_report", when=("incident", ("theft",))),
                Item("incident_date", "date"),
                Item("description", "textarea"),
            ),
        ),
        Sheet("loss", (Item("amount", "amount"), Item("receipt", "file"))),
        Sheet(
            "payout",
            (
                Item("payout", "radio", PAYOUTS),
                Item("iban", when=("payout", ("to_account",))),
                Item("street", when=("payout", ("by_cheque",))),
                Item("city", when=("payout", ("by_cheque",))),
                SHARING,
            ),
        ),
    ),
)
APPOINTMENT = Form(
    "appointment",
    (
        Sheet("errand", (Item("service", "select", choices="services"), Item("branch", "select", choices="branches"))),
        Sheet(
            "time",
            (
                Item("day", "date"),
                Item("slot", "radio", choices="slots", when=("day", ())),
                Item("visitors", "stepper"),
            ),
        ),
        Sheet("person", (NAME, PHONE, EMAIL, Item("reminder", "radio", REMINDERS), NEWSLETTER)),
    ),
)
ADDRESS = Form(
    "address",
    (
        Sheet("new_home", (Item("street"), Item("postcode"), Item("city"), Item("move_date", "date"))),
        Sheet(
            "household",
            (
                Item("household", "radio", ("only_me", "all_of_us")),
                Item("persons", "number", when=("household", ("all_of_us",))),
                Item("forwarding", "radio", ("forward", "no_forward")),
                Item("months", "select", PERIODS, when=("forwarding", ("forward",))),
            ),
        ),
        Sheet("person", (NAME, BIRTH, EMAIL, SHARING)),
    ),
)
EXPENSE = Form(
    "expense",
    (
        Sheet(
            "spending",
            (
                Item("purpose"),
                Item("category", "select", CATEGORIES),
                Item("destination", when=("category", ("travel",))),
                Item("expense_date", "date"),
                Item("cost_centre", "select", choices="cost_centres"),
            ),
        ),
        Sheet("loss", (Item("currency", "select", CURRENCIES), Item("amount", "amount"), Item("receipt", "file"))),
        Sheet(
            "refund",
            (
                Item("employee_number"),
                Item("refund", "radio", ("with_salary", "to_account")),
                Item("iban", when=("refund", ("to_account",))),
            ),
        ),
    ),
)
CANCEL = Form(
    "cancel",
    (
        Sheet("contract", (Item("subscription", "select", choices="subscriptions"), Item("reason", "select", REASONS))),
        Sheet(
            "ending",
            (
                Item("ending", "radio", ("period_end", "on_date")),
                Item("end_date", "date", when=("ending", ("on_date",))),
                EMAIL,
                NEWSLETTER,
            ),
        ),
    ),
    has_offer=True,
)
EVENT = Form(
    "event",
    (
        Sheet(
            "ticket",
            (
                Item("event", "select", choices="events"),
                Item("ticket", "radio", ("standard", "student", "supporter")),
                Item("seats", "stepper"),
            ),
        ),
        Sheet("person", (NAME, EMAIL, Item("diet", "select", DIETS), NEWSLETTER)),
        Sheet(
            "paying",
            (
                Item("paying", "radio", ("invoice", "at_door")),
                Item("order_number", when=("paying", ("invoice",))),
                SHARING,
            ),
        ),
    ),
)
TRANSFER = Form(
    "transfer",
    (
        Sheet(
            "payee",
            (
                Item("account", "select", ("current", "savings")),
                Item("payee", "select", choices="payees"),
                Item("payee_name", when=("payee", ("new",))),
                Item("payee_iban", when=("payee", ("new",))),
            ),
        ),
        Sheet(
            "payment",
            (
                Item("amount", "amount"),
                Item("reference"),
                Item("execution", "radio", ("at_once", "later")),
                Item("execution_date", "date", when=("execution", ("later",))),
            ),
        ),
    ),
)
FORMS = {form.key: form for form in (JOB, CLAIM, APPOINTMENT, ADDRESS, EXPENSE, CANCEL, EVENT, TRANSFER)}
SLOTS = ("09:00", "09:30", "10:00", "10:30", "11:00", "14:00", "14:30", "15:00")
