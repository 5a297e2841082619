"""What readers switch, guess and answer, and the words that lead to the glossary."""

import json
import re

import pytest

from mirage import check
from tools import site
from tools.project import ROOT
from tools.site import forms, questions, terms

PAGES = ["toy-model", "what-is-emergence"]
TOY, CLAIM = (f"notebooks/{name}.html" for name in PAGES)
NOTEBOOKS = [f"{page}.html" for page in site.pages() if page.startswith("notebooks/")]
COVERED = ".covered[hidden]"
ASKED = "form:is(.guess, .question)"
SHORT = [
    path.stem for path in sorted((ROOT / "notebooks").glob("*.md")) if "\npage.in_short(" in path.read_text()
]


@pytest.fixture
def predicting(page, address, visit):
    """Return a function that opens a page and switches predictions on, from the keyboard."""

    def opened(name: str):
        visit(page, address + name)
        page.get_by_role("button", name="Predict first").focus()
        page.keyboard.press("Enter")
        return page

    return opened


def test_a_prompt_covers_nothing_until_the_switch_is_on_and_all_after_it(page, address, visit, predicting):
    visit(page, address + TOY)
    assert page.locator(COVERED).count() == 0
    assert page.locator("form.guess input:visible, form.guess button:visible").count() == 0
    predicting(TOY)
    first = page.locator(".covered").first
    assert page.locator(COVERED).count() == page.locator("form.guess").count() == 3
    assert not first.locator("figure").first.is_visible()
    page.get_by_role("button", name="Predict first").click()
    assert page.locator(COVERED).count() == 0
    assert first.locator("figure").first.is_visible()


def test_the_findings_of_the_first_screen_wait_for_the_last_guess(soup, predicting):
    both = "article:has(#in-short):has(form.guess)"
    page = predicting(next(name for name in NOTEBOOKS if soup(name).select(both)))
    findings = page.locator("#in-short > .cell").last
    for waiting in range(page.locator("form.guess").count(), 0, -1):
        assert f"{waiting} to go" in page.locator("#in-short .said").text_content()
        assert not findings.locator("p, figure").last.is_visible()
        page.get_by_role("button", name="Skip").first.click()
    assert page.locator("#in-short .said").text_content() == ""
    page.locator("#in-short").scroll_into_view_if_needed()  # what is far from the window is not drawn
    assert findings.locator("p, figure").last.is_visible()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_prompt_has_something_to_cover(soup, name):
    prompts = [strong for strong in soup(name).select("article strong") if strong.text == "Predict first."]
    forms_there = soup(name).select("form.guess")
    assert len(prompts) == len(forms_there)
    for form in forms_there:
        covered = form.find_next_sibling()
        assert covered["class"] == ["covered"] and len(covered.get_text().split()) > 5


def test_a_choice_is_made_from_the_keyboard_alone(predicting):
    page = predicting(TOY)
    choices = page.locator("form.guess").first.get_by_role("radio")
    page.keyboard.press("Tab")  # to the other switch
    choices.first.focus()
    page.keyboard.press("ArrowDown")
    assert choices.nth(1).is_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    said = "You said: near 1 billion parameters. Now compare."
    assert page.locator("form.guess + .said").first.text_content() == said
    assert page.locator(".covered").first.locator("figure").first.is_visible()
    assert page.evaluate("document.activeElement.className") == "covered"
    assert page.locator(COVERED).count() == 2
    assert page.faults == []


def test_a_number_is_shown_beside_what_the_page_found(predicting):
    page = predicting(CLAIM)
    form = page.locator("form.guess[data-kind=number]").first
    status = page.locator("form.guess[data-kind=number] + .said").first
    guess = form.get_by_label("Your guess")
    guess.press("Enter")
    assert page.locator(COVERED).count() == page.locator("form.guess").count()  # nothing is typed yet
    guess.fill("many")
    guess.press("Enter")
    assert "A number, please" in status.text_content()
    guess.fill("20")
    guess.press("Enter")
    found = forms.found("what-is-emergence", "models behind Table 1")
    said = f"You said: 20 models. The page found: {found:.0f} models."
    assert status.text_content() == said
    assert page.locator("form.guess[data-kind=number] ~ .covered").first.locator("figure").is_visible()


def test_a_guess_in_words_and_a_skip(predicting):
    page = predicting(CLAIM)
    words = page.locator("form.guess[data-kind=words]").first
    words.get_by_label("Your guess").fill("at 6.7 billion")
    words.get_by_role("button", name="Show").click()
    assert page.locator(".said", has_text="You said: at 6.7 billion. Now compare.").count() == 1
    before = page.locator(COVERED).count()
    page.get_by_role("button", name="Skip").first.press("Enter")
    assert page.locator(COVERED).count() == before - 1


def test_switches_are_remembered_and_guesses_are_not(predicting, address, visit):
    page = predicting(TOY)
    page.get_by_role("button", name="Skip").first.click()
    assert page.locator(COVERED).count() == 2
    visit(page, address + TOY)
    assert page.locator(COVERED).count() == 3
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('mirage'))") == [
        "mirage-predict-first"
    ]


def test_on_paper_all_is_shown(predicting):
    page = predicting(TOY)
    figure = page.locator(".covered figure").first
    assert not figure.is_visible()
    page.emulate_media(media="print")
    assert figure.is_visible()
    assert page.locator(".covered").first.bounding_box()["height"] > 300
    assert page.locator("form.question .reason").first.is_visible()
    assert page.locator(f"{ASKED} button:visible, .switches:visible, {ASKED} input:visible").count() == 0


def test_without_scripts_all_is_shown(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + TOY)
    assert page.locator(".covered figure").first.is_visible()
    assert page.locator("form.question .reason").first.is_visible()
    assert page.locator("form.guess li", has_text="one curve").is_visible()
    assert page.locator(f"{ASKED} button:visible, {ASKED} input:visible, .switches:visible").count() == 0
    context.close()


def test_who_comes_from_the_search_finds_nothing_covered(predicting, address):
    page = predicting(TOY)
    page.goto(f"{address}search.html?q=transition")
    page.locator("#search-results li > a[href*='toy-model']").first.click()
    page.wait_for_selector(".switches button[aria-pressed=true]")
    assert page.locator(".covered").count() == 3 and page.locator(COVERED).count() == 0


@pytest.mark.parametrize("name", [TOY, CLAIM])
def test_forms_are_accessible_on_a_desk_and_in_the_dark_on_a_phone(predicting, violations, name):
    page = predicting(name)
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.faults.clear()  # axe asks for style sheets where they are not
    page.reload()
    page.wait_for_load_state("networkidle")
    page.locator("form.guess button", has_text="Skip").first.click()
    assert page.locator(COVERED).count() == page.locator("form.guess").count() - 1
    page.wait_for_timeout(1000)  # until the theme has looked for what scrolls
    assert page.faults == []
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def numbers(name: str) -> list[tuple[int, check.Number]]:
    """Return the questions of a page about an exercise, with their place among those about numbers."""
    named = re.findall(r"<!-- number:(.*)-->", questions.path(name).read_text(encoding="utf-8"))
    found = [re.search(r"exercise: ([\w-]+)", comment) for comment in named]
    return [(place, check.exercise(match[1])) for place, match in enumerate(found) if match]


@pytest.mark.parametrize("name", PAGES)
def test_the_page_judges_as_the_checker_does(page, address, visit, name):
    visit(page, f"{address}notebooks/{name}.html")
    asked = page.locator("form.question[data-kind=number]")
    assert numbers(name)
    for place, exercise in numbers(name):
        right = exercise.expected
        near = [right * factor for factor in (1, 1.004, 0.996, 1.015, 0.985, 1.03, -1, 0.5)]
        for answer in [*near, round(right) + 1, 0, *exercise.mistakes.values()]:
            judged(asked.nth(place), f"{answer}", exercise.judge(float(answer)).message)


def judged(form, typed: str, message: str):
    form.get_by_label("Your answer").fill(typed)
    form.get_by_label("Your answer").press("Enter")
    assert form.get_by_role("status").text_content()[2:] == message, typed


def test_a_number_found_on_the_page_is_judged_by_the_same_rule(page, address, visit):
    visit(page, address + TOY)
    form = page.locator("form.question[data-unit=decades]")
    width = forms.found("toy-model", "width")
    for typed in ("1.34", "1.32", "1.3", "2"):
        judged(form, typed, check.Number(width, {}, questions._OTHERWISE).judge(float(typed)).message)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        *(("1,000", 1000), ("2 000", 2000), ("2e9", 2e9), ("10^9", 1e9), ("3 × 10^8", 3e8)),
        *(("13 billion", 13e9), ("40%", 0.4), ("−0.5", -0.5), (".5", 0.5), ("1e-3", 0.001)),
        *(("ten", None), ("%", None), ("1 2 x", None), ("0,5", None)),
    ],
)
def test_numbers_are_read_as_people_write_them(page, address, visit, typed, read):
    visit(page, address + TOY)
    found = page.evaluate("typed => answerForms.number(typed)", typed)
    assert found == pytest.approx(read) if read is not None else found != found


def test_a_choice_is_judged_with_its_reason(page, address, visit):
    visit(page, address + TOY)
    form = page.locator("form.question[data-kind=choice]").first
    form.get_by_role("button", name="Check").click()
    assert form.get_by_role("status").text_content() == "Your answer first."
    assert not form.locator("li .reason").first.is_visible()
    form.get_by_role("radio").nth(0).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert form.get_by_role("status").text_content().startswith("✘ not yet: The width, ")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert form.get_by_role("status").text_content().startswith("✔ right. It moves by the factor ")


@pytest.mark.parametrize("name", PAGES)
def test_every_question_can_be_answered(soup, name):
    asked = soup(f"notebooks/{name}.html").select("form.question")
    assert 3 <= len(asked) <= 5
    for form in asked:
        if form["data-kind"] == "number":
            assert json.loads(form["data-rules"])[0][2] == "right."
        else:
            assert len(form.select("input[data-right]")) == 1
            assert len(form.select(".reason")) == len(form.select("input")) >= 2


def test_questions_belong_to_pages():
    there = {path.stem for path in (ROOT / "book" / "questions").glob("*.md")}
    assert (
        set(PAGES) <= there <= {name.removeprefix("notebooks/").removesuffix(".html") for name in NOTEBOOKS}
    )


def test_all_code_is_hidden_and_stays_hidden(page, address, visit):
    visit(page, address + TOY)
    code = page.locator("article .cell_input:visible").first
    button = page.get_by_role("button", name="Hide all code")
    assert code.is_visible() and button.get_attribute("aria-pressed") == "false"
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator("article .cell_input:visible, article .cell summary:visible").count() == 0
    assert page.locator("figure.mirage").first.is_visible()
    visit(page, address + CLAIM)
    assert page.locator("article .cell_input:visible").count() == 0
    assert button.get_attribute("aria-pressed") == "true"
    button.press("Enter")
    assert page.locator("article .cell_input:visible").count() > 0


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_words_lead_to_the_glossary_at_their_first_use(soup, name):
    links = soup(name).select("a.term")
    targets = [link["href"] for link in links]
    assert len(links) >= 10 and len(set(targets)) == len(targets)
    entries = {f"../book/glossary.html#{word['id']}" for word in soup("book/glossary.html").select("dt[id]")}
    assert set(targets) <= entries
    assert all(len(link["title"].split()) > 3 for link in links)
    inside = "a.term a, a a.term, pre a.term, code a.term, table a.term, form a.term"
    assert not soup(name).select(f"{inside}, {', '.join(f'h{level} a.term' for level in range(1, 7))}")


def test_the_first_use_is_the_one_that_is_linked(soup):
    article = soup(TOY).article
    link = article.select_one('a.term[href$="#term-fixed-outputs"]')
    prose = [text for text in article.find_all(string=re.compile(r"ixed\s+outputs")) if text.find_parent("p")]
    assert prose[0].parent is link


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("two power laws and a law", "power laws"),
        ("Token edit distances are losses", "Token edit distances"),
        ("logarithmic axes", "logarithmic axes"),
        ("abilities", "abilities"),
        ("fixed\noutputs", "fixed\noutputs"),
        ("(Holm, 5%)", "Holm"),
        ("holm, tokenise, untoken, token-like", None),
    ],
)
def test_words_are_found_in_the_plural_and_the_longest_first(text, found):
    words = (
        "token",
        "token edit distance",
        "power law",
        "logarithmic axis",
        "ability",
        "fixed outputs",
        "Holm",
    )
    match = terms.pattern(words).search(text)
    assert (match and match[0]) == found


@pytest.mark.parametrize(
    "word", ["Holm", "Bonferroni", "Newcombe", "log score", "design effect", "odds ratio"]
)
def test_words_that_pages_use_have_an_entry(soup, word):
    entries = {entry.get_text().rstrip("#") for entry in soup("book/glossary.html").select("dl.glossary dt")}
    assert word in entries


@pytest.mark.parametrize(
    ("word", "section"),
    [
        (
            "emergence score",
            "how-far-to-trust-them.html#how-far-to-trust-them-error-rates-and-the-emergence-score",
        ),
        (
            "fixed outputs",
            "toy-model.html#fixed-outputs-edits-tell-models-apart-where-exact-match-sees-nothing",
        ),
    ],
)
def test_the_search_finds_the_section_that_defines_a_word(page, address, word, section):
    page.goto(f"{address}search.html?q={word.replace(' ', '+')}")
    page.wait_for_function("document.querySelectorAll('#search-results li a').length >= 5")
    found = page.locator("#search-results li > a").evaluate_all("links => links.map(link => link.href)")
    assert any("glossary.html" in link for link in found[:4])
    assert any(link.endswith(section) for link in found[:4])


@pytest.mark.parametrize("name", SHORT)
def test_no_code_stands_before_what_was_found(address, page, visit, name):
    visit(page, f"{address}notebooks/{name}.html")
    found = page.locator("#in-short .cell_output p").first
    assert re.search(r"\d", found.inner_text())
    place = found.bounding_box()["y"]
    code = page.locator("article .cell_input:visible").first.bounding_box()
    assert place < code["y"]
