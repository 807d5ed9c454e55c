"""How debtors speak English."""

from .dialog_lexicon import Lexicon, table, tens

_EN_ORDINALS = table(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
    1,
)
LEXICON = Lexicon(
    numbers={
        **table(
            "zero|oh one two three four five six seven eight nine ten eleven twelve thirteen "
            "fourteen fifteen sixteen seventeen eighteen nineteen"
        ),
        **tens("twenty thirty forty|fourty fifty sixty seventy eighty ninety"),
        **_EN_ORDINALS,
        "couple": 2,
        "few": 3,
        "thirtieth": 30,
        "hundred": 100,
        "thousand": 1000,
    },
    joiner="and",
    one="a|an|the next",
    today="today|tonight|now|right away|immediately",
    tomorrow="tomorrow|tomorow|tommorow|tommorrow|tmrw|tmw",
    after_tomorrow="(?:the )?day after (?:tomorrow|tomorow|tommorrow)",
    yesterday="yesterday",
    before_yesterday="(?:the )?day before yesterday",
    weekdays=(
        "mon|monday",
        "tue|tues|tuesday",
        "wed|weds|wednesday|wensday|wednsday",
        "thu|thur|thurs|thursday",
        "fri|friday",
        "sat|saturday",
        "sun|sunday",
    ),
    months=(
        "jan|january",
        "feb|february|febuary",
        "mar|march",
        "apr|april",
        "may",
        "jun|june",
        "jul|july",
        "aug|august",
        "sept?|september",
        "oct|october",
        "nov|november",
        "dec|december",
    ),
    units={
        "workday": "(?:working|business|work) ?days?",
        "day": "days?",
        "fortnight": "fortnights?",
        "week": "weeks?|wks?",
        "month": "months?",
    },
    after="in a|within the|after a",
    next_week="next",
    last="last|past",
    end_of_month="(?:end of|the end of|by the end of) (?:the |this )?month|month ?end|eom",
    end_of_week="(?:end of|the end of) (?:the |this )?week",
    next_month="next month",
    ordinal=r"(?P<d>\d{1,2}) ?(?:st|nd|rd|th)|(?:the|on) (?P<e>\d{1,2})",
    times=(("morning", 9), ("noon|midday|lunch ?time", 12), ("afternoon", 14), ("evening", 18)),
    at="at|after|around|about|from",
    half="half",
    all="all|everything|all of it|full|in full|the whole|whole amount|total",
    yes="y|yes|yeah|yep|yea|ok|okay|sure|correct|right|agreed?|i agree|i do|of course|fine|"
    "exactly|confirm|please do|no problem|thats right|perfect|deal",
    no="n|no|nope|not|nah|wrong|never|dont|i disagree|incorrect|negative|no thanks",
)

#: What is wanted -> its words; what stands first is looked for first.
INTENTS = (
    (
        "stop",
        r"(?:stop|quit) (?:texting|calling|writing|contacting|messaging|sending|it|this|sms)|"
        r"(?:dont|do not|never) (?:text|call|contact|message|write|sms)(?: to)? me|"
        r"leave me alone|no more (?:messages|calls|texts|sms)|take me off|"
        r"remove (?:me|my number)|unsubscribe|opt ?out",
    ),
    (
        "wrong_person",
        r"wrong (?:number|person|guy|man)|not me|(?:dont|do not) know (?:him|her|them|"
        r"this|that|who)|"
        r"im not (?:him|her|that|the)|i am not (?:him|her|that|the)|no(?:body|"
        r" one) (?:here )?by that name|"
        r"(?:he|she) (?:doesnt|does not|no longer) (?:live|work)s?",
    ),
    (
        "human",
        r"(?:speak|talk|chat) (?:to|with)|operator|agent|human|representative|real person|"
        r"a person|somebody|someone|colleague|call me|phone me|ring me|collector|advisor|help",
    ),
    (
        "plan",
        r"install?ments?|payment plan|pay in parts|in parts|rates|monthly|spread|"
        r"(?:cant|cannot|can not|unable to|not able to|couldnt) (?:pay|afford)|"
        r"no money|lost my job|"
        r"part(?:ial)? payments?|arrangement|bit by bit|a plan|need a plan|difficult(?:y|ies)",
    ),
    (
        "paid",
        r"(?<!not )(?<!never )(?<!havent )(?<!not yet )(?<!be )(?<!get )(?:already |"
        r"have |was |been |ve )?"
        r"(?:paid|payed)(?! (?:tomorrow|next|soon))|"
        r"(?:sent|made|done) (?:the |a |my )?(?:money|payment|transfer|it already)|transferred|"
        r"(?:payment|money) (?:was |is |has been |have been )?(?:made|sent|done)",
    ),
    (
        "dispute",
        r"wrong|incorrect|dispute|not mine|(?:didnt|did not|never|havent|"
        r"have not) (?:order|receive|get|got|ordered|received|agree)\w*|"
        r"damaged|broken|faulty|contest|(?:dont|do not) agree|disagree|error|mistake|overcharged|"
        r"(?:dont|do not|wont|will not) owe|refuse to pay|(?:already )?cancell?ed|"
        r"return(?:ed)?|credit note|too (?:high|much)",
    ),
    (
        "promise",
        r"(?:ill|i will|we will|well|will|going to|gonna|can|could|shall|promise to|"
        r"intend to|be able to) "
        r"(?:be )?(?:pay(?:ing)?|settle|transfer|send|do it|make)(?! now| here|"
        r" by card| online)|promise|pay (?:on|by|later|next|in|tomorrow|after)|"
        r"more time|later|extension|payday|be paid|get paid",
    ),
    ("balance", r"balance|how much|owe|what is open|whats open|statement|debt"),
    ("pay", r"pay|payment|card|link|settle|bank details|iban|account number"),
    ("balance", r"amount|which invoices?|invoices?|details|bill|bills"),
    ("language", r"language|english|turkish|portuguese|romanian|lithuanian"),
    ("menu", r"menu|options|main menu|back|start over|start again"),
    ("repeat", r"repeat|again|pardon|what was that|say that again|come again"),
    (
        "bye",
        r"bye|goodbye|good bye|nothing else|nothing|thats all|that is all|thanks|thank you|cheers",
    ),
)
