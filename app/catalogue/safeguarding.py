"""What every listing says about safety. 999 comes first, whatever the council."""

from app.catalogue.documents.councils import Safeguarding, SafeguardingForm, SafeguardingLine
from app.catalogue.schemas import SafeguardingFormView, SafeguardingLineView, SafeguardingView
from app.parameters import Language

EMERGENCY = (
    "If somebody is in danger now, call 999. For urgent health advice that is not an emergency, "
    "call 111. If you are worried that somebody is being harmed, tell the council."
)
EMERGENCY_EASY_READ = (
    "If someone is in danger now, call 999. If you need health help quickly, call 111. "
    "Is someone hurting you or another person? Tell the council."
)


def safeguarding_view(safeguarding: Safeguarding, lang: Language) -> SafeguardingView:
    """A council's safeguarding block, with the lines whose numbers are known and no others."""
    advice = safeguarding.advice
    easy = lang == "easy"
    when = (advice.when_easy_read if easy else advice.when) if advice else []
    when_not = (advice.when_not_easy_read if easy else advice.when_not) if advice else []
    return SafeguardingView(
        emergency=EMERGENCY_EASY_READ if easy else EMERGENCY,
        adult_line=_line(safeguarding.adult_line),
        out_of_hours_line=_line(safeguarding.out_of_hours_line),
        organisational_line=_line(safeguarding.organisational_line),
        form=_form(safeguarding.form),
        when=when,
        when_not=when_not,
    )


def _line(line: SafeguardingLine | None) -> SafeguardingLineView | None:
    return None if line is None else SafeguardingLineView.model_validate(line.model_dump())


def _form(form: SafeguardingForm | None) -> SafeguardingFormView | None:
    return None if form is None else SafeguardingFormView.model_validate(form.model_dump())
