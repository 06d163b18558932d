"""Stop words: function words, and words of captions about the photograph itself.

Selection leaves them out, as the paper leaves out "helper words" such as prepositions. The tables
contain the function words, at a reduced frequency, so that a text with them can still be restored.
"""

from __future__ import annotations

from typing import Final

#: Articles, pronouns, auxiliaries, conjunctions, and prepositions that do not state a position.
#: Prepositions that state one (behind, above, under) are not stop words.
FUNCTION_WORDS: Final = frozenset(
    """
    a about after all also am among an and another any are as at be because been before being both
    but by can could did do does doing down during each either else etc every few for from further
    get gets getting had has have having he her here hers herself him himself his how i if in into
    is it its itself just let like made make makes making many may me might more most much must my
    neither no nor not of off on once only onto or other others our out over own per rather same
    shall she should since so some such than that the their theirs them themselves then there
    these they this those though through thus to together too toward towards until up upon us very
    was we were what when where whether which while who whom whose why will with within without
    would you your yours arent cant couldn didn doesn dont hasn isn wasn weren ve ll re
    """.split()
)

#: Words of captions that fit any photograph and thus describe none; the last ones are only praise.
CAPTION_BOILERPLATE: Final = frozenset(
    """
    add adding adds adorned angle angled appear appears appearing atop backdrop bearing camera
    capture captured captures capturing characterized closeup color colored colors composition
    consist consists contrast contrasting create creates creating depict depicted depicting
    depicts depth display displayed displaying displays evident exude exuding feature featured
    features featuring focal focus frame framed gently high horizontally image images including
    level likely lie lies locate located loose medium middle oriented overall perspective photo
    photograph photos picture pictured pictures placed point position positioned possibly presence
    present provide provides providing render rendered resemble scene scenes seem seemingly seems
    seen set setting shot show showcase showcasing showing shown shows situated slight slightly
    stark stretch stretches subject subtle suggest suggesting suggests surround surrounded
    surrounding surroundings take taken touch upper lower vertically via view viewed viewer
    visible various beautiful captivating distinct distinctive impressive intricate notable
    prominent prominently rich striking stunning vibrant
    """.split()
)
STOPWORDS: Final = FUNCTION_WORDS | CAPTION_BOILERPLATE
