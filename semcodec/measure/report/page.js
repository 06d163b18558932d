// Sorting, search, comparison and keys. Without this script, the page can be read all the same.
// Text from the results is only ever copied as text or as nodes of this document.
(() => {
  "use strict";
  const THEMES = ["automatic", "light", "dark"];
  const root = document.documentElement;
  const find = (id) => document.getElementById(id);
  const setting = find("setting"), sort = find("sort"), reverse = find("reverse");
  const search = find("search"), problems = find("problems"), viewer = find("viewer");
  const list = find("photographs"), help = find("help");
  const photographs = [...list.children];
  const texts = new Map(photographs.map((each) => [each, searchable(each)]));
  root.classList.add("with-js");

  // --- what is stored: the theme, and whether keys are shortcuts ---

  function load(name) {
    try { return localStorage.getItem(`semcodec-${name}`); } catch { return null; }
  }

  function store(name, value) {
    try { localStorage.setItem(`semcodec-${name}`, value); } catch { /* private browsing */ }
  }

  function setTheme(name) {
    const theme = THEMES.includes(name) ? name : THEMES[0];
    root.dataset.theme = theme;
    find("theme").querySelector("span").textContent = theme;
  }

  function nextTheme() {
    const next = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
    store("theme", next);
    setTheme(next);
  }

  // --- search, filter and sort ---

  function searchable(photograph) {
    const name = photograph.querySelector("h3").textContent;
    const results = [...photograph.querySelectorAll(".result")];
    const words = results.map((each) => [
      each.dataset.setting, each.querySelector(".words").textContent.toLowerCase(),
    ]);
    return { name, key: name.toLowerCase(), words: new Map(words) };
  }

  function resultOf(photograph) {
    return photograph.querySelector(`.result[data-setting="${setting.value}"]`);
  }

  function valueOf(photograph) {
    const result = resultOf(photograph);
    return result ? JSON.parse(result.dataset.values)[Number(sort.value)] : null;
  }

  function matches(photograph, parts) {
    if (problems.checked && !("problem" in photograph.dataset)) return false;
    const { key, words } = texts.get(photograph);
    const text = `${key} ${words.get(setting.value) ?? ""}`;
    return parts.every((part) => text.includes(part));
  }

  function compare(left, right) {
    if (sort.value === "name") return texts.get(left).name.localeCompare(texts.get(right).name);
    return Number(left.dataset.number) - Number(right.dataset.number);
  }

  function sorted() {
    const sign = reverse.checked ? -1 : 1;
    if (sort.value === "" || sort.value === "name") {
      return [...photographs].sort((left, right) => sign * compare(left, right));
    }
    const up = Number(sort.selectedOptions[0].dataset.up) ? 1 : -1;
    const values = new Map(photographs.map((each) => [each, valueOf(each)]));
    return [...photographs].sort((left, right) => {
      const [a, b] = [values.get(left) ?? null, values.get(right) ?? null];
      if (a === null || b === null) return (a === null) - (b === null) || compare(left, right);
      return sign * (up * (a - b) || compare(left, right));
    });
  }

  function showSorted(photograph) {
    const line = photograph.querySelector(".sorted");
    if (!line) return;
    const value = sort.value === "" || sort.value === "name" ? null : valueOf(photograph);
    line.hidden = value === null || value === undefined;
    if (!line.hidden) {
      const shown = Number.isInteger(value) ? value : value.toPrecision(3);
      line.textContent = `${sort.selectedOptions[0].textContent}: ${shown}`;
    }
  }

  function filter() {
    const parts = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const photograph of photographs) photograph.hidden = !matches(photograph, parts);
    const all = photographs.length;
    const count = visible().length;
    const noun = all === 1 ? "photograph" : "photographs";
    find("count").textContent = count === all ? `${all} ${noun}` : `${count} of ${all} ${noun}`;
    find("nothing").hidden = count > 0;
  }

  function update() {
    const active = document.activeElement;
    const order = sorted();
    if (order.some((each, index) => each !== list.children[index])) list.append(...order);
    if (active !== document.activeElement) active.focus({ preventScroll: true });
    photographs.forEach(showSorted);
    filter();
  }

  function showAll() {
    search.value = "";
    problems.checked = false;
    filter();
    search.focus();
  }

  function stepSetting(step) {
    const count = setting.options.length;
    setting.selectedIndex = (setting.selectedIndex + step + count) % count;
    update();
    if (viewer.open) fillViewer();
  }

  // --- the current photograph ---

  function visible() {
    return [...list.children].filter((each) => !each.hidden);
  }

  function current() {
    const focused = document.activeElement?.closest?.(".photograph");
    return focused && !focused.hidden ? focused : null;
  }

  function nearest() {
    return visible().find((each) => each.getBoundingClientRect().bottom > innerHeight / 3);
  }

  function stepPhotograph(step) {
    const shown = visible();
    const index = shown.indexOf(current());
    const target = index < 0 ? nearest() : shown[index + step];
    target?.focus({ preventScroll: true });
    target?.scrollIntoView({ block: "start" });
  }

  // --- comparison of the settings of one photograph ---

  let viewed = null;

  function make(tag, text, className) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  }

  function copyOf(node) {
    const copy = node.cloneNode(true);
    copy.removeAttribute("id");
    return copy;
  }

  function pictureOf(photograph, index) {
    return photograph.querySelector(`.picture.s${index}`);
  }

  function stripButton(option) {
    const result = viewed.querySelector(`.result[data-setting="${option.value}"]`);
    if (!result) return null;
    const button = make("button");
    button.type = "button";
    button.setAttribute("aria-pressed", option.value === setting.value);
    const image = pictureOf(viewed, option.value)?.querySelector("img");
    if (image) {
      const copy = copyOf(image);
      copy.alt = "";
      button.append(copy);
    }
    const size = result.querySelector(".bytes strong").textContent;
    button.append(make("strong", size), make("span", option.textContent, "quiet"));
    button.addEventListener("click", () => {
      setting.value = option.value;
      update();
      fillViewer();
      find("viewer-strip").querySelector('[aria-pressed="true"]')?.focus();
    });
    const item = make("li");
    item.append(button);
    return item;
  }

  function fillViewer() {
    find("viewer-title").textContent = texts.get(viewed).name;
    const figures = [".original", `.picture.s${setting.value}`]
      .map((each) => viewed.querySelector(each))
      .filter(Boolean)
      .map(copyOf);
    figures.forEach((each) => each.classList.remove("on"));
    find("viewer-pair").classList.toggle("alone", figures.length < 2);
    find("viewer-pair").replaceChildren(...figures);
    const result = resultOf(viewed);
    const parts = result ? [".bytes", ".words", ".parts"].map((each) => copyOf(result.querySelector(each))) : [];
    find("viewer-record").replaceChildren(...parts);
    find("viewer-strip").replaceChildren(...[...setting.options].map(stripButton).filter(Boolean));
    const shown = visible().filter(canCompare);
    find("viewer-previous").disabled = shown.indexOf(viewed) <= 0;
    find("viewer-next").disabled = shown.indexOf(viewed) === shown.length - 1;
  }

  function canCompare(photograph) {
    return photograph.querySelector(".open") !== null;
  }

  function openViewer(photograph) {
    if (!photograph || !canCompare(photograph)) return;
    viewed = photograph;
    fillViewer();
    viewer.showModal();
    find("viewer-title").focus();
  }

  function stepViewer(step) {
    const shown = visible().filter(canCompare);
    const target = shown[shown.indexOf(viewed) + step];
    if (!target) return;
    viewed = target;
    fillViewer();
    viewer.scrollTop = 0;
  }

  viewer.addEventListener("close", () => {
    viewed?.focus({ preventScroll: true });
    viewed?.scrollIntoView({ block: "nearest" });
    viewed = null;
  });

  // --- keys ---

  const VIEWER_KEYS = {
    ArrowLeft: () => stepSetting(-1), ArrowRight: () => stepSetting(1),
    ArrowUp: () => stepViewer(-1), ArrowDown: () => stepViewer(1),
    k: () => stepViewer(-1), j: () => stepViewer(1),
    "[": () => stepSetting(-1), "]": () => stepSetting(1),
    c: () => viewer.close(),
  };
  const PAGE_KEYS = {
    j: () => stepPhotograph(1), k: () => stepPhotograph(-1),
    "[": () => stepSetting(-1), "]": () => stepSetting(1),
    c: () => openViewer(current() ?? nearest()),
    "/": () => search.focus(),
  };
  const COMMON_KEYS = { t: nextTheme, "?": () => help.open || help.showModal() };

  function keyAction(key) {
    if (help.open) return key === "?" ? () => help.close() : undefined;
    const keys = viewer.open ? VIEWER_KEYS : PAGE_KEYS;
    return keys[key] ?? COMMON_KEYS[key];
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isTyping = event.target.closest?.("input:not([type=checkbox]), select, textarea");
    if (isTyping) {
      if (event.key === "Escape" && event.target === search) {
        if (search.value) showAll();
        else search.blur();
      }
      return;
    }
    const isLetter = event.key.length === 1;
    const action = isLetter && !find("shortcuts").checked ? undefined : keyAction(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  });

  // --- start ---

  for (const control of [setting, sort, reverse]) control.addEventListener("change", update);
  problems.addEventListener("change", filter);
  search.addEventListener("input", filter);
  document.querySelector(".tools").addEventListener("submit", (event) => event.preventDefault());
  find("clear").addEventListener("click", showAll);
  find("theme").addEventListener("click", nextTheme);
  find("keys").addEventListener("click", () => help.showModal());
  find("viewer-previous").addEventListener("click", () => stepViewer(-1));
  find("viewer-next").addEventListener("click", () => stepViewer(1));
  list.addEventListener("click", (event) => {
    if (event.target.closest(".open")) openViewer(event.target.closest(".photograph"));
  });
  for (const dialog of [viewer, help]) {
    dialog.querySelector(".close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  }
  const shortcuts = find("shortcuts");
  shortcuts.checked = load("shortcuts") !== "off";
  shortcuts.addEventListener("change", () => store("shortcuts", shortcuts.checked ? "on" : "off"));
  setTheme(load("theme"));
  update();
})();
