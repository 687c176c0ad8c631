from app.catalogue.queries import named_councils
from app.database import Reading
from app.matching.questionnaire.questions import questionnaire
from app.matching.questionnaire.schemas import CouncilNamed, QuestionnaireView, questionnaire_view
from app.parameters import Language


def get_questionnaire(session: Reading, lang: Language) -> QuestionnaireView:
    """The current questionnaire in a language."""
    councils = [CouncilNamed(gss=gss, name=name) for gss, name in named_councils(session)]
    return questionnaire_view(questionnaire(), lang, councils)
