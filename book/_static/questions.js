// Check-yourself questions that answer back. Without this script they are a list with a folded answer.
// What a reader chose stays in this browser: { key of the question: letters in the order of their choice }.
const STORE = "gdl-questions";
const MARKS = { right: "\u2713", wrong: "\u2717" };

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? {};
  } catch {
    return {}; // no storage, or nothing of ours in it
  }
}

let chosen = remembered();

function remember() {
  try {
    localStorage.setItem(STORE, JSON.stringify(chosen));
  } catch {
    // In a private window answers last as long as the page.
  }
}

/** "first" if the first choice was right, "later" if another was, "wrong" if none was yet, "open" without a choice. */
function state(key, right) {
  const letters = chosen[key] ?? "";
  if (!letters) return "open";
  return letters[0] === right ? "first" : letters.includes(right) ? "later" : "wrong";
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/**
 * The sentences of the answer about one option; with the right one go the remarks that are about none. Where an answer
 * says of the right one only what the others are not, it is given whole.
 */
function explanation(question, letter) {
  const right = letter === question.dataset.right;
  const name = `gdl-why-${letter.toLowerCase()}`;
  const all = [...question.querySelectorAll("details .gdl-why")];
  const own = all.filter((span) => span.classList.contains(name));
  const isWhole = right && own.every((span) => span.textContent.trim().length < 4);
  const about = (span) => isWhole || own.includes(span) || (right && !/gdl-why-/.test(span.className));
  const paragraphs = [];
  for (const paragraph of question.querySelectorAll("details p")) {
    const spans = [...paragraph.querySelectorAll(":scope > .gdl-why")].filter(about);
    if (spans.length) paragraphs.push(element("p", {}, ...spans.map((span) => span.cloneNode(true))));
  }
  const said = right ? "Right" : "No. ";
  const end = question.querySelector(".gdl-letter-of-answer")?.textContent.slice(1) ?? ". ";
  const verdict = element("strong", { className: "gdl-verdict", textContent: right ? said + end : said });
  if (!paragraphs.length) paragraphs.push(element("p"));
  paragraphs[0].querySelector(".gdl-letter-of-answer")?.remove();
  if (!question.querySelector(".gdl-why")) {
    // A question whose answer the page works out first.
    verdict.textContent = "Noted. ";
    paragraphs[0].append("The answer follows further down.");
  }
  paragraphs[0].prepend(verdict);
  return paragraphs;
}

function makeClickable(question, number) {
  const { key, right } = question.dataset;
  const status = element("p", { className: "visually-hidden", role: "status" });
  const isGiven = question.querySelector(".gdl-why") !== null;
  const options = [...question.querySelectorAll("ol.gdl-options > li")].map((item, place) => {
    const letter = "ABCDE"[place];
    const button = element("button", { type: "button", className: "gdl-option" });
    const mark = element("span", { className: "gdl-mark", ariaHidden: "true" });
    const inWords = element("span", { className: "visually-hidden" });
    const text = element("span", { className: "gdl-option-text" }, ...item.querySelector("p").childNodes);
    const reply = element("div", { className: "gdl-reply", id: `gdl-reply-${number}-${letter}`, hidden: true });
    button.append(element("span", { className: "gdl-letter", textContent: letter }), text, mark, inWords);
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", reply.id);
    item.replaceChildren(button, reply);

    const paint = () => {
      const isChosen = (chosen[key] ?? "").includes(letter);
      const verdict = !isGiven ? "noted" : letter === right ? "right" : "wrong";
      item.classList.toggle(`gdl-${verdict}`, isChosen);
      mark.textContent = isChosen ? (MARKS[verdict] ?? "") : "";
      inWords.textContent = isChosen ? `: ${verdict}` : "";
      if (!isChosen) hide();
    };
    const hide = () => {
      reply.hidden = true;
      button.setAttribute("aria-expanded", "false");
    };
    button.addEventListener("click", () => {
      if (!reply.hidden) return hide();
      if (!reply.firstChild) reply.append(...explanation(question, letter));
      reply.hidden = false;
      button.setAttribute("aria-expanded", "true");
      const before = chosen[key] ?? "";
      if (!before.includes(letter)) chosen[key] = before + letter;
      remember();
      status.textContent = reply.querySelector(".gdl-verdict").textContent;
      const computation = question.querySelector("details .gdl-computation");
      if (letter === right && computation) {
        // After the explanation; before, it would have given the answer away.
        question.querySelector(".admonition").after(computation);
        for (const fold of computation.querySelectorAll("details")) fold.open = true;
      }
      paintAll();
    });
    return paint;
  });
  question.classList.add("gdl-answers-back");
  question.append(status);
  return () => {
    for (const paint of options) paint();
    question.dataset.state = state(key, right);
  };
}

const questions = [...document.querySelectorAll(".gdl-question")];
const paints = questions.map(makeClickable);

/** The right letters stand at the questions, which may be on other pages: a dot has its own. */
function paintProgress() {
  for (const progress of document.querySelectorAll(".gdl-progress")) {
    const dots = [...progress.children];
    for (const dot of dots) dot.className = `gdl-${state(dot.dataset.key, dot.dataset.right)}`;
    const right = dots.filter((dot) => /first|later/.test(dot.className)).length;
    progress.ariaLabel = `${right} of ${dots.length} ${dots.length === 1 ? "question" : "questions"} answered`;
  }
}

function paintAll() {
  for (const paint of paints) paint();
  paintProgress();
}

/** On the page of all questions: what is left, and a fresh start. */
function addTools(list) {
  const open = element("button", { type: "button", textContent: "Show only what is left" });
  open.setAttribute("aria-pressed", "false");
  open.addEventListener("click", () => {
    const only = open.getAttribute("aria-pressed") !== "true";
    open.setAttribute("aria-pressed", String(only));
    for (const question of questions) question.hidden = only && question.dataset.state === "first";
  });
  const forget = element("button", { type: "button", textContent: "Forget my answers" });
  forget.addEventListener("click", () => {
    chosen = {};
    remember();
    for (const question of questions) question.hidden = false;
    open.setAttribute("aria-pressed", "false");
    paintAll();
  });
  // Its place is kept, so that nothing jumps.
  list.previousElementSibling.append(open, " ", forget);
}

paintAll();
for (const list of document.querySelectorAll(".gdl-progress-of-all")) addTools(list);
// Another window of this browser.
window.addEventListener("storage", (event) => {
  if (event.key === STORE) {
    chosen = remembered();
    paintAll();
  }
});
