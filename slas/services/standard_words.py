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

# stage -> fields of Definition, each read after the stage's or the side's name and a colon
DEFINITIONS = {
    "lead": {
        "sentence": "somebody who left a way to be reached and agreed to be contacted.",
        "marketing_does": "answers questions, sends what was asked for and learns who it is.",
        "sales_does": "leaves leads to Marketing.",
    },
    "mql": {
        "sentence": "a lead that fits the customers we want and has shown interest in buying, by what it "
        "asked for or by how often it came back.",
        "marketing_does": "hands it over with its source, its contact data and its interests.",
        "sales_does": "follows up inside the window and accepts or rejects.",
    },
    "accepted": {
        "sentence": "one that Sales has looked at and works on; silence accepts too.",
        "marketing_does": "stops its own mailings to the lead, unless Sales asks for them.",
        "sales_does": "keeps trying until it has talked with the lead or knows that it can't.",
    },
    "sql": {
        "sentence": "a lead that has talked with Sales and has a need, money in sight, a say in the purchase "
        "and a time for it.",
        "marketing_does": "provides references and material that fit the need.",
        "sales_does": "writes down need, budget, decision makers and time, and agrees on a next step.",
    },
    "opportunity": {
        "sentence": "a sale with an amount and an expected date, offered or about to be.",
        "marketing_does": "helps on request.",
        "sales_does": "keeps amount, date and next step up to date.",
    },
    "customer": {
        "sentence": "somebody who has signed or ordered.",
        "marketing_does": "learns from the source that brought the customer.",
        "sales_does": "records the date and the amount of the first order.",
    },
    "recycled": {
        "sentence": "a good lead at the wrong time, given back to Marketing.",
        "marketing_does": "keeps in touch and hands the lead over again once it shows interest.",
        "sales_does": "says why, and when it is worth trying again.",
    },
    "disqualified": {
        "sentence": "one that will not become a customer.",
        "marketing_does": "looks at the reasons by source.",
        "sales_does": "gives the reason.",
    },
}
