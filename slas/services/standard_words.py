"""The words of the standard agreement: what each stage means, and reasons people choose from."""

PAUSE_REASONS = ("wrong_contact_data", "lead_on_holiday", "waiting_for_marketing")

REJECTION_REASONS = (
    "wrong_contact_data",
    "duplicate",
    "competitor_or_student",
    "outside_our_market",
    "no_need",
    "no_budget",
    "no_say_in_the_purchase",
)

# stage -> fields of Definition
DEFINITIONS = {
    "lead": {
        "sentence": "A lead is a person who left a way to be reached and agreed to be contacted.",
        "marketing_does": "Marketing answers questions, sends what was asked for and learns who it is.",
        "sales_does": "Sales leaves leads to Marketing.",
    },
    "mql": {
        "sentence": "A marketing qualified lead (MQL) fits the customers we want and has shown interest in "
        "buying, by what they asked for or by how often they came back.",
        "marketing_does": "Marketing hands it over with its source, its contact data and its interests.",
        "sales_does": "Sales follows up inside the window and accepts or rejects.",
    },
    "accepted": {
        "sentence": "An accepted lead is one that Sales has looked at and works on; silence accepts too.",
        "marketing_does": "Marketing stops its own mailings to the lead, unless Sales asks for them.",
        "sales_does": "Sales keeps trying until it has talked with the lead or knows that it can't.",
    },
    "sql": {
        "sentence": "A sales qualified lead (SQL) has talked with Sales: there is a need, money in sight, "
        "a say in the purchase and a time for it.",
        "marketing_does": "Marketing provides references and material that fit the need.",
        "sales_does": "Sales writes down need, budget, decision makers and time, and agrees on a next step.",
    },
    "opportunity": {
        "sentence": "An opportunity is a sale with an amount and an expected date, offered or about to be.",
        "marketing_does": "Marketing helps on request.",
        "sales_does": "Sales keeps amount, date and next step up to date.",
    },
    "customer": {
        "sentence": "A customer has signed or ordered.",
        "marketing_does": "Marketing learns from the source that brought the customer.",
        "sales_does": "Sales records the date and the amount of the first order.",
    },
    "recycled": {
        "sentence": "A recycled lead is a good one at the wrong time, given back to Marketing.",
        "marketing_does": "Marketing keeps in touch and hands the lead over again once it shows interest.",
        "sales_does": "Sales says why, and when it is worth trying again.",
    },
    "disqualified": {
        "sentence": "A disqualified lead will not become a customer.",
        "marketing_does": "Marketing looks at the reasons by source.",
        "sales_does": "Sales gives the reason.",
    },
}
