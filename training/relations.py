"""What the made-up news of parties.py says: relations, each with ways to state it and ways to ask for its parts.

A slot is filled once for a statement and its questions, `{topic}` once for all statements of a relation. Its name
begins with its kind (person, country, city, ...), see names.py; `country.adj` and `country.capital` follow from it.
A question names the slot that answers it; the questions after `silent` ask for the reverse of what is stated.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Relation:
    """Statements and questions about one kind of event."""

    kind: str  # party, place, date or amount
    statements: tuple[str, ...]
    questions: tuple[tuple[str, str], ...]  # question, the slot that answers it
    silent: tuple[str, ...] = ()  # answered by no statement of this relation with the same names


def _ask(slot: str, *questions: str) -> tuple[tuple[str, str], ...]:
    return tuple((question, slot) for question in questions)


RELATIONS = (
    Relation(
        "party",
        (
            "{country}'s delegation was led by {person}.",
            "{person} headed the {country.adj} delegation.",
            "{country} sent {person} to head its team.",
            "{country} sent its {portfolio} minister, {person}, to lead its negotiators.",
            "At the head of the {country.adj} side was {person}, the {portfolio} minister.",
            "For {country}, the talks were chaired by {person}.",
            "The {country.adj} negotiating team was under {person}, a former ambassador.",
            "{person}, an aide to the president, spoke for {country} at the table.",
            "{country.capital} put {person} in charge of its negotiators.",
            "The {country.adj} side, headed by {person}, arrived by train.",
            "Leading the group from {country} was {portfolio} minister {person}.",
            "{country} was represented by {person} and six officials.",
            "The team that came from {country.capital} had {person} as its chief negotiator.",
            "{person} arrived as the chief negotiator of {country}.",
        ),
        _ask(
            "person",
            "Who led {country}'s delegation?",
            "Who led the {country.adj} delegation?",
            "Who headed the {country.adj} team?",
            "Who was at the head of {country}'s negotiators?",
            "Who headed {country.capital}'s negotiating team?",
            "Who led the team from {country.capital}?",
            "Who chaired the {country.adj} side?",
            "Who was {country}'s chief negotiator?",
            "Who represented {country} at the talks?",
            "Which official was in charge of the {country.adj} negotiators?",
            "Who was the head of the delegation of {country}?",
            "By whom was the {country.adj} delegation led?",
            "Whom did {country} send to lead its team?",
            "Name the leader of {country}'s delegation.",
        ),
    ),
    Relation(
        "party",
        (
            "{country}'s {portfolio} minister, {person}, said that {topic} came too late.",
            "{person}, who is {portfolio} minister of {country}, called for patience.",
            "The {portfolio} minister of {country}, {person}, declined to comment on {topic}.",
            "In {country.capital}, {portfolio} minister {person} welcomed {topic}.",
            "{person} took office as {country}'s {portfolio} minister last spring.",
            '"We will see," said {person}, the {country.adj} {portfolio} minister.',
            "The {country.adj} government let its {portfolio} minister {person} answer the questions.",
        ),
        _ask(
            "person",
            "Who is {country}'s {portfolio} minister?",
            "Who is the {country.adj} {portfolio} minister?",
            "What is the name of {country}'s {portfolio} minister?",
            "Who is the minister of {portfolio} of {country}?",
            "Who holds the post of {portfolio} minister in {country}?",
            "Which politician is {portfolio} minister of {country}?",
        ),
    ),
    Relation(
        "party",
        (
            "{country_a} accused {country_b} of breaking the terms of {topic}.",
            "{country_b} was accused by {country_a} of delaying {topic}.",
            "{country_a} blamed {country_b} for the failure of {topic}.",
            "Officials in {country_a} accused {country_b} of bad faith over {topic}.",
        ),
        (
            *_ask(
                "country_a",
                "Who accused {country_b}?",
                "Which country blamed {country_b}?",
                "Who made accusations against {country_b}?",
            ),
            *_ask(
                "country_b",
                "Whom did {country_a} accuse?",
                "Which country did {country_a} blame?",
                "Who was accused by {country_a}?",
            ),
        ),
        (
            "Who accused {country_a}?",
            "Whom did {country_b} accuse?",
            "Which country blamed {country_a}?",
            "Who was accused by {country_b}?",
        ),
    ),
    Relation(
        "party",
        (
            "{company_a} bought {company_b} for {money}.",
            "{company_b} was taken over by {company_a}, which paid {money}.",
            "In a deal worth {money}, {company_a} acquired {company_b}.",
            "{company_a} has agreed to pay {money} for {company_b}.",
            "The owners of {company_b} sold it to {company_a} for {money}.",
        ),
        (
            *_ask(
                "company_a",
                "Who bought {company_b}?",
                "Which company acquired {company_b}?",
                "Who is the buyer of {company_b}?",
                "By whom was {company_b} taken over?",
            ),
            *_ask(
                "company_b",
                "What did {company_a} buy?",
                "Which company did {company_a} acquire?",
                "Which firm was taken over by {company_a}?",
            ),
            *_ask(
                "money",
                "How much did {company_a} pay for {company_b}?",
                "What was the price of {company_b}?",
                "For how much was {company_b} sold?",
                "How much was the sale to {company_a} worth?",
            ),
        ),
        ("Who bought {company_a}?", "Which company did {company_b} acquire?", "For how much was {company_a} sold?"),
    ),
    Relation(
        "party",
        (
            "{person_a} replaced {person_b} as head of {company}.",
            "{person_b}, who had run {company} for six years, made way for {person_a}.",
            "{company} named {person_a} to succeed {person_b} as its chairman.",
            "At {company}, {person_b} was succeeded by {person_a}.",
            "{person_a} follows {person_b} at the top of {company}.",
        ),
        (
            *_ask(
                "person_a",
                "Who replaced {person_b}?",
                "Who succeeded {person_b} at {company}?",
                "Who is the new head of {company}?",
                "Who took over from {person_b}?",
            ),
            *_ask(
                "person_b",
                "Whom did {person_a} replace?",
                "Who ran {company} before {person_a}?",
                "Whose successor is {person_a}?",
                "Who was the previous head of {company}?",
            ),
        ),
        ("Who replaced {person_a}?", "Whom did {person_b} replace?", "Who succeeded {person_a}?"),
    ),
    Relation(
        "party",
        (
            "{team_a} beat {team_b} {score} in {city}.",
            "{team_b} lost {score} to {team_a} in {city}.",
            "In {city}, {team_a} won {score} against {team_b}.",
            "{team_b} were defeated by {team_a}, {score}, in front of a full house in {city}.",
        ),
        (
            *_ask(
                "team_a",
                "Who beat {team_b}?",
                "Which team won against {team_b}?",
                "To whom did {team_b} lose?",
                "Who won in {city}?",
            ),
            *_ask("team_b", "Whom did {team_a} beat?", "Which team lost to {team_a}?", "Who was defeated in {city}?"),
            *_ask("score", "What was the score of {team_a} against {team_b}?", "By what score did {team_b} lose?"),
            *_ask("city", "Where did {team_a} play {team_b}?", "In which city did {team_a} win?"),
        ),
        ("Who beat {team_a}?", "To whom did {team_a} lose?", "Whom did {team_b} beat?"),
    ),
    Relation(
        "party",
        (
            "{person} was awarded the prize for {field}.",
            "The prize for {field} went to {person}.",
            "In {field}, the jury chose {person}.",
            "{person} received the award in {field}.",
            "The winner in {field} was {person}, who thanked her teachers.",
        ),
        _ask(
            "person",
            "Who won the prize for {field}?",
            "Who was awarded the prize in {field}?",
            "To whom did the award for {field} go?",
            "Who received the {field} prize?",
            "Whom did the jury choose in {field}?",
        ),
    ),
    Relation(
        "place",
        (
            "The {ordinal} round was held in {city}.",
            "{city} hosted the {ordinal} round.",
            "For the {ordinal} round, the two sides met in {city}.",
            "The {ordinal} round had brought them to {city}.",
            "The {ordinal} round took place at a hotel in {city}.",
            "It was in {city} that the {ordinal} round was held.",
            "Negotiators gathered in {city} for the {ordinal} round.",
        ),
        (
            *_ask(
                "city",
                "Where was the {ordinal} round held?",
                "Where did the {ordinal} round take place?",
                "Which city hosted the {ordinal} round?",
                "In which city was the {ordinal} round?",
                "Where did the two sides meet for the {ordinal} round?",
                "What was the venue of the {ordinal} round?",
                "Where were the negotiators during the {ordinal} round?",
            ),
            *_ask("ordinal", "Which round was held in {city}?", "What round of talks did {city} host?"),
        ),
        (
            "Where will the next round be held?",
            "Where will the following round take place?",
            "Which city will host the next meeting?",
            "Where will the sides meet again?",
        ),
    ),
    Relation(
        "place",
        (
            "{company} will build its plant in {city}.",
            "{city} was chosen by {company} for its factory.",
            "{company} has its headquarters in {city}.",
            "{company}, based in {city}, announced new jobs.",
            "The {city} office of {company} will grow.",
        ),
        (
            *_ask(
                "city",
                "Where is {company} based?",
                "In which city is {company}?",
                "Where is the site of {company}?",
                "What city is home to {company}?",
            ),
            *_ask("company", "Which company is in {city}?", "What firm chose {city}?"),
        ),
    ),
    Relation(
        "place",
        (
            "{person} was born in {city_a} and died in {city_b}.",
            "Born in {city_a}, {person} spent the last years in {city_b} and died there.",
            "{person} died in {city_b}, far from {city_a}, where she was born.",
            "{person} came into the world in {city_a}; the grave is in {city_b}, the place of death.",
        ),
        (
            *_ask(
                "city_a",
                "Where was {person} born?",
                "In which city was {person} born?",
                "What is the birthplace of {person}?",
            ),
            *_ask("city_b", "Where did {person} die?", "In what city did {person} die?"),
        ),
        ("Where did {person} study?", "Where did {person} get married?"),
    ),
    Relation(
        "place",
        (
            "The aircraft flew from {city_a} to {city_b}.",
            "{person} left {city_a} in the morning and reached {city_b} in the evening.",
            "{person} travelled to {city_b} from {city_a}.",
            "From {city_a}, {person} went on to {city_b}.",
        ),
        (
            *_ask(
                "city_a",
                "Where did {person} come from?",
                "Which city did {person} leave?",
                "From where did {person} travel?",
            ),
            *_ask(
                "city_b",
                "Where did {person} go?",
                "Which city did {person} travel to?",
                "What was the destination of {person}?",
            ),
        ),
        ("Where does {person} live?",),
    ),
    Relation(
        "date",
        (
            "{country} signed the agreement on {date}.",
            "On {date}, {country} put its signature to the agreement.",
            "{country} signed it on {date}.",
            "The signature of {country} followed on {date}.",
            "It was signed by {country} on {date}.",
        ),
        (
            *_ask(
                "date",
                "When did {country} sign the agreement?",
                "On what date did {country} sign?",
                "What day did {country} sign the agreement?",
                "When was the agreement signed by {country}?",
                "When did {country.capital} sign it?",
            ),
            *_ask("country", "Who signed the agreement on {date}?", "Which country signed on {date}?"),
        ),
        ("When did {country} ratify the agreement?", "When did {country} leave the agreement?"),
    ),
    Relation(
        "date",
        (
            "{company} was founded in {year_a} and closed in {year_b}.",
            "{company} opened in {year_a}; it shut its doors in {year_b}.",
            "Founded in {year_a}, {company} lasted until {year_b}.",
            "{company} closed in {year_b}, having been set up in {year_a}.",
        ),
        (
            *_ask(
                "year_a",
                "When was {company} founded?",
                "In what year was {company} set up?",
                "When did {company} open?",
            ),
            *_ask(
                "year_b",
                "When did {company} close?",
                "In which year did {company} shut?",
                "Until when did {company} last?",
            ),
        ),
        ("When was {company} sold?", "When did {company} reopen?"),
    ),
    Relation(
        "date",
        (
            "The {ordinal} round began on {date_a} and ended on {date_b}.",
            "The {ordinal} round lasted from {date_a} to {date_b}.",
            "The {ordinal} round ended on {date_b}; it had started on {date_a}.",
            "Between {date_a} and {date_b} the sides held the {ordinal} round.",
        ),
        (
            *_ask(
                "date_a",
                "When did the {ordinal} round begin?",
                "On what date did the {ordinal} round start?",
                "When was the start of the {ordinal} round?",
            ),
            *_ask(
                "date_b",
                "When did the {ordinal} round end?",
                "On which day was the {ordinal} round over?",
                "When did the {ordinal} round come to an end?",
            ),
        ),
        ("When will the next round begin?", "On what date will the sides meet again?", "When was the round announced?"),
    ),
    Relation(
        "date",
        (
            "The {building} in {city} opened on {date}.",
            "On {date} the {building} of {city} was opened.",
            "{city} opened its {building} on {date}.",
            "Visitors were first let into the {building} of {city} on {date}.",
        ),
        _ask(
            "date",
            "When did the {building} in {city} open?",
            "On what date was the {building} of {city} opened?",
            "When was the opening of {city}'s {building}?",
            "What day did {city} open its {building}?",
        ),
        ("When did the {building} in {city} close?", "When was the {building} of {city} rebuilt?"),
    ),
    Relation(
        "amount",
        (
            "{country} pledged {money}.",
            "{money} will come from {country}.",
            "{country} promised to give {money} to {topic}.",
            "The contribution of {country} is {money}.",
            "From {country.capital} came a promise of {money}.",
            "{country} said it would pay {money}.",
        ),
        (
            *_ask(
                "money",
                "How much did {country} pledge?",
                "How much money did {country} promise?",
                "What is {country}'s contribution?",
                "How much will {country} pay?",
                "How much did {country.capital} promise?",
            ),
            *_ask("country", "Who pledged {money}?", "Which country promised {money}?"),
        ),
    ),
    Relation(
        "amount",
        (
            "In {city}, {count_a} people died and {count_b} were injured.",
            "{city} reported {count_a} dead and {count_b} wounded.",
            "The storm killed {count_a} people in {city} and hurt {count_b}.",
            "{count_b} people were injured in {city}, where {count_a} lost their lives.",
            "Hospitals in {city} counted {count_b} injured; {count_a} people there were killed.",
        ),
        (
            *_ask(
                "count_a",
                "How many people died in {city}?",
                "How many were killed in {city}?",
                "What was the death toll in {city}?",
                "How many lives were lost in {city}?",
            ),
            *_ask(
                "count_b",
                "How many people were injured in {city}?",
                "How many were wounded in {city}?",
                "How many people were hurt in {city}?",
            ),
        ),
        (
            "How many people are missing in {city}?",
            "How many people were arrested in {city}?",
            "How many people were rescued in {city}?",
        ),
    ),
    Relation(
        "amount",
        (
            "{person} received {percent} of the votes.",
            "With {percent}, {person} did well.",
            "{percent} of voters chose {person}.",
            "{person} ended with {percent} of the vote.",
            "The share of {person} was {percent}.",
        ),
        (
            *_ask(
                "percent",
                "What share of the vote did {person} get?",
                "How many percent did {person} receive?",
                "What percentage of voters chose {person}?",
                "How much of the vote went to {person}?",
            ),
            *_ask("person", "Who received {percent} of the votes?", "Which candidate got {percent}?"),
        ),
    ),
    Relation(
        "amount",
        (
            "{country} released {count} prisoners.",
            "{count} prisoners were let go by {country}.",
            "{country} freed {count} of them.",
            "{country} handed over {count} people.",
            "{count} captives came home from {country}.",
        ),
        (
            *_ask(
                "count",
                "How many prisoners did {country} release?",
                "How many did {country} free?",
                "How many prisoners were released by {country}?",
                "How many people did {country} let go?",
            ),
            *_ask("country", "Who released {count} prisoners?", "Which country freed {count} prisoners?"),
        ),
        ("How many prisoners did {country} capture?", "How many soldiers does {country} have?"),
    ),
    Relation(
        "amount",
        (
            "Exports of {country} rose by {percent} while its imports fell by {percent_b}.",
            "{country}'s imports dropped {percent_b}; its exports grew {percent}.",
            "In {country}, exports went up by {percent} and imports went down by {percent_b}.",
        ),
        (
            *_ask("percent", "By how much did {country}'s exports rise?", "How much did exports of {country} grow?"),
            *_ask("percent_b", "By how much did {country}'s imports fall?", "How far did imports of {country} drop?"),
        ),
        ("By how much did {country}'s wages rise?", "By how much did {country}'s exports fall?"),
    ),
    Relation(
        "amount",
        (
            "{company} employs {count} people in {city}.",
            "In {city}, {company} has {count} workers.",
            "{company} gives work to {count} people in {city}.",
            "The {count} employees of {company} work in {city}.",
        ),
        (
            *_ask(
                "count",
                "How many people does {company} employ?",
                "How many workers does {company} have in {city}?",
                "How many people work for {company}?",
            ),
            *_ask("city", "Where do the employees of {company} work?"),
        ),
        ("How many workers did {company} dismiss?",),
    ),
)

# Sentences around the statements: they name no one, so that they answer none of the questions.
AROUND = (
    "Both sides spoke of a useful exchange.",
    "Reporters waited outside for most of the afternoon.",
    "No joint statement was issued.",
    "The weather had delayed several flights.",
    "Observers were cautious about the outcome.",
    "Little is known about what was said behind closed doors.",
    "The news was first reported by a local radio station.",
    "A spokesman later confirmed the details.",
    "Critics doubt that this will change much.",
    "It was the main subject of the evening news.",
    "Preparations had lasted for several weeks.",
    "More details are expected in the coming weeks.",
    "Analysts had expected a different result.",
    "The figures were published by the statistics office.",
    "A second announcement is expected soon.",
    "Security around the building was tight.",
    "Several issues remained open, among them the question of guarantees.",
    "The mood was described as businesslike.",
    "Neither side wished to speak about the next steps.",
    "Residents said that they had heard nothing beforehand.",
    "The decision surprised many in the industry.",
    "The matter had been discussed for years.",
    "An interpreter was present throughout.",
    "The document has forty pages and two annexes.",
)

# Sentences that name a bystander without saying of it what the statements say of others.
BYSTANDER = {
    "country": (
        "{} was not involved.",
        "Observers from {} were present.",
        "{} followed the matter closely.",
        "Diplomats from {} had helped to prepare it.",
    ),
    "company": ("{} declined to comment.", "Shares of {} were unchanged.", "{} was mentioned as well."),
    "city": ("In {}, the news was received calmly.", "A similar case is known from {}.", "{} had also shown interest."),
    "person": ("{} was not present.", "{} could not be reached.", "A letter from {} was read out."),
    "team": ("{} play again next week.", "{} had the day off."),
    "ordinal": ("The {} round was mentioned only in passing.",),
    "field": ("The jury said little about {}.",),
}
