"use strict";
(() => {
  const held = JSON.parse(document.getElementById("held").textContent);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);
  const numbered = (count, single, several) => `${count.toLocaleString("en-GB")} ${count === 1 ? single : several}`;

  // Colours: as the computer has them until the button is used; then so for as long as this tab is open.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const colours = one("#colours");
  const chosen = (value) => {
    try { return value ? sessionStorage.setItem("colours", value) : sessionStorage.getItem("colours"); } catch { return null; }
  };
  const isDark = () => (document.documentElement.dataset.colours ?? (dark.matches ? "dark" : "light")) === "dark";
  const showColours = () => colours.setAttribute("aria-pressed", String(isDark()));
  if (["dark", "light"].includes(chosen())) document.documentElement.dataset.colours = chosen();
  colours.addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset.colours = next;
    chosen(next);
    showColours();
  });
  dark.addEventListener("change", showColours);
  showColours();

  // The bar may take a second line: what sticks beneath it is told how high it is.
  const bar = one(".bar");
  new ResizeObserver(() => document.documentElement.style.setProperty("--bar-now", `${bar.offsetHeight}px`)).observe(bar);

  // Tables that sort. Numbers by size, `none` as nothing, what is empty last.
  const worth = (row, column) => {
    const words = row.cells[column].textContent.trim();
    const number = Number(words.replace(/[▼▲,%]/g, "").replace("−", "-"));
    if (words === "") return null;
    if (words === "none") return -1;
    if (words === "+") return Infinity;
    return Number.isNaN(number) ? words : number;
  };
  const compare = (left, right) => {
    if (typeof left === "number" && typeof right === "number") return left - right;
    return String(left).localeCompare(String(right), "en-GB", { numeric: true });
  };
  const sortTable = (table, column, direction) => {
    all("tr.behind", table).forEach((row) => row.remove());
    all("button.more", table).forEach((button) => button.setAttribute("aria-expanded", "false"));
    const body = table.tBodies[table.tBodies.length - 1];
    const rows = [...body.rows].map((row) => [worth(row, column), row]);
    rows.sort(([left], [right]) => {
      if (left === null || right === null) return (left === null) - (right === null);
      return direction * compare(left, right);
    });
    body.append(...rows.map(([, row]) => row));
  };
  const sortBy = (table, header, column) => {
    const ascending = header.getAttribute("aria-sort") !== "ascending";
    all("thead th", table).forEach((other) => other.removeAttribute("aria-sort"));
    header.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    sortTable(table, column, ascending ? 1 : -1);
  };
  all("table.sortable").forEach((table) => {
    all("thead th", table).forEach((header, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      header.append(button);
      button.addEventListener("click", () => sortBy(table, header, column));
    });
  });

  // Filters of tables.
  all(".filter[data-table]").forEach((filter) => {
    const table = document.getElementById(filter.dataset.table);
    const rows = [...table.tBodies[table.tBodies.length - 1].rows];
    const words = rows.map((row) => [...row.cells].map((cell) => cell.textContent).join(" ").toLowerCase());
    const search = one("input", filter);
    const region = one("select", filter);
    const apply = () => {
      const asked = search.value.trim().toLowerCase();
      all("tr.behind", table).forEach((row) => row.remove());
      all("button.more", table).forEach((button) => button.setAttribute("aria-expanded", "false"));
      rows.forEach((row, index) => {
        row.hidden = !words[index].includes(asked) || Boolean(region?.value && row.dataset.region !== region.value);
      });
      const left = rows.filter((row) => !row.hidden).length;
      one(".shown", filter).textContent = left === rows.length ? "" : `${left} of ${rows.length} rows shown.`;
    };
    filter.addEventListener("input", apply);
  });

  // The numbers behind a row of the heat map.
  const behind = (name, values) => {
    const row = document.createElement("tr");
    row.className = "behind";
    const heading = document.createElement("th");
    heading.scope = "row";
    heading.textContent = name;
    row.append(heading, document.createElement("td"), document.createElement("td"));
    values.forEach((value) => { row.insertCell().textContent = value === null ? "" : value.toLocaleString("en-GB"); });
    return row;
  };
  all("#heat tr[data-row]").forEach((row) => {
    const button = document.createElement("button");
    const words = document.createElement("span");
    button.type = "button";
    button.className = "more";
    button.setAttribute("aria-expanded", "false");
    words.className = "unseen";
    words.textContent = ": numbers";
    button.append(...row.cells[0].childNodes, words);
    const [tests, expected] = held.coverage[Number(row.dataset.row)];
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!open));
      if (!open) { row.after(behind("Tests", tests), behind("Expected", expected)); return; }
      row.nextElementSibling.remove();
      row.nextElementSibling.remove();
    });
    row.cells[0].append(button);
  });

  // Filters of findings.
  const findings = all(".finding");
  const findingFilter = one("#finding-filter");
  const asked = Object.fromEntries(all("[data-of]").map((control) => [control.dataset.of, control]));
  const isAsked = (finding) => ["category", "confidence", "status"].every((name) => !asked[name].value || finding.dataset[name] === asked[name].value)
    && finding.dataset.provider.toLowerCase().includes(asked.provider.value.trim().toLowerCase());
  const filterFindings = () => {
    findings.forEach((finding) => { finding.hidden = !isAsked(finding); });
    all(".group").forEach((group) => { group.hidden = !one(".finding:not([hidden])", group); });
    const left = findings.filter((finding) => !finding.hidden).length;
    one(".shown", findingFilter).textContent = left === findings.length ? "" : `${left} of ${findings.length} findings shown.`;
  };
  findingFilter?.addEventListener("input", () => { filterFindings(); countBulk(); });

  // Folded parts are printed open.
  const folded = [];
  addEventListener("beforeprint", () => all("details:not([open])").forEach((part) => { part.open = true; folded.push(part); }));
  addEventListener("afterprint", () => folded.splice(0).forEach((part) => { part.open = false; }));

  let countBulk = () => {};
  if (!held.live) return;

  // Deciding: `state` is what is saved; the page follows it.
  const { base, state } = held.live;
  let { version } = held.live;
  let changes = 0;
  let savedAt = 0;
  let saving = null;
  const mine = new Set();
  const who = one("#who");
  const said = one("#said");
  const unsaved = one("#unsaved");
  const tell = (place, words, wrong = false) => { place.textContent = words; place.classList.toggle("wrong", wrong); };
  const isSaved = () => changes === savedAt;
  const showUnsaved = () => { unsaved.textContent = isSaved() ? "" : "Changes are not saved"; };
  const changed = (entry) => {
    if (entry) mine.add(entry);
    changes += 1;
    tell(said, "");
    showUnsaved();
  };
  addEventListener("beforeunload", (event) => { if (!isSaved()) event.preventDefault(); });

  const STATUS = { undecided: "Undecided", accepted: "Accepted", edited: "Accepted with other words", rejected: "Rejected" };
  const decisionOf = (finding) => state.decisions.find((decision) => decision.of === finding.dataset.id);
  const statusOf = (finding) => decisionOf(finding)?.status ?? "undecided";
  const describe = ({ status, by, reason }) => `${STATUS[status]}${by ? ` by ${by}` : ""}${reason ? `: ${reason}` : ""}`;
  const showFinding = (finding) => {
    const decision = decisionOf(finding);
    const status = statusOf(finding);
    finding.dataset.status = status;
    one(".chip.status", finding).textContent = STATUS[status];
    one(`input[value="${status}"]`, finding).checked = true;
    all("[data-for]", finding).forEach((field) => { field.hidden = field.dataset.for !== status; });
    one(".decided", finding).hidden = !decision;
    if (decision) one(".decided", finding).textContent = describe(decision);
    one(".other-words", finding).hidden = status !== "edited";
    one(".other-words blockquote p", finding).textContent = decision?.text ?? "";
  };
  const showCounts = () => {
    one("#undecided strong").textContent = findings.filter((finding) => finding.dataset.status === "undecided").length;
    countBulk();
  };
  const decide = (finding, status) => {
    state.decisions = state.decisions.filter((decision) => decision.of !== finding.dataset.id);
    const text = status === "edited" ? one("textarea", finding).value.trim() : "";
    const reason = status === "rejected" ? one('input[type="text"]', finding).value.trim() : "";
    const decision = { of: finding.dataset.id, status, by: who.value.trim(), text, reason };
    if (status !== "undecided") state.decisions.push(decision);
    changed(decision);
    showFinding(finding);
    showCounts();
  };
  findings.forEach((finding) => {
    all('input[type="radio"]', finding).forEach((radio) => radio.addEventListener("change", () => decide(finding, radio.value)));
    all("[data-for] > :is(input, textarea)", finding).forEach((field) => field.addEventListener("input", () => {
      field.removeAttribute("aria-invalid");
      decide(finding, statusOf(finding));
    }));
  });

  // Accepting all of high confidence in a group that are shown and not decided.
  const sure = (group) => all('.finding:not([hidden])[data-confidence="high"][data-status="undecided"]', group);
  countBulk = () => all(".group").forEach((group) => {
    const count = sure(group).length;
    one(".many", group).textContent = `(${count})`;
    one(".accept-all", group).disabled = !count;
  });
  all(".group").forEach((group) => {
    const undo = one(".undo", group);
    let accepted = [];
    one(".accept-all", group).addEventListener("click", () => {
      accepted = sure(group);
      accepted.forEach((finding) => decide(finding, "accepted"));
      undo.hidden = false;
      undo.focus();
      one(".done", group).textContent = `${numbered(accepted.length, "finding", "findings")} accepted.`;
    });
    undo.addEventListener("click", () => {
      accepted.filter((finding) => statusOf(finding) === "accepted").forEach((finding) => decide(finding, "undecided"));
      undo.hidden = true;
      one(".accept-all", group).focus();
      one(".done", group).textContent = "Undone.";
    });
  });
  countBulk();

  // Waivers: a reason makes one, no reason none.
  all(".check .waiver").forEach((field) => field.addEventListener("input", () => {
    const check = field.closest(".check");
    const reason = field.value.trim();
    const waiver = { check: check.dataset.check, reason, by: who.value.trim() };
    state.waivers = state.waivers.filter((other) => other.check !== waiver.check);
    if (reason) state.waivers.push(waiver);
    one(".waived", check).hidden = !reason;
    one(".waived", check).textContent = `Waived${waiver.by ? ` by ${waiver.by}` : ""}: ${reason}`;
    changed(waiver);
  }));

  // Lists of what is written by hand, comments and access: their entries are copies of a template.
  const fill = (entry, words) => Object.entries(words).forEach(([name, text]) => { one(`[data-field="${name}"]`, entry).textContent = text; });
  const added = (template, list) => {
    const entry = one(`#${template}`).content.firstElementChild.cloneNode(true);
    list.append(entry);
    return entry;
  };
  const showNone = (list) => { (list.closest(".region") ?? list).nextElementSibling.hidden = list.childElementCount > 0; };
  const submitted = (form, then) => form.addEventListener("submit", (event) => {
    event.preventDefault();
    then(Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()])));
    form.reset();
    one("input, select, textarea", form).focus();
  });
  const takeAway = (entry, from, record) => one("button", entry).addEventListener("click", () => {
    const list = entry.parentElement;
    state[from] = state[from].filter((other) => other !== record);
    entry.remove();
    showNone(list);
    changed();
    tell(said, "Taken away. It is gone when you save.");
    one("#save").focus();
  });
  const monthWords = (month) => one(`#add-issue option[value="${month}"]`).textContent;

  const addedList = one("#added");
  state.added.forEach((record, index) => takeAway(addedList.children[index], "added", record));
  submitted(one("#add-issue"), ({ category, org_code, first, last, text }) => {
    const months = held.months.filter((month) => month >= first && month <= (last < first ? first : last));
    const record = { category, org_code, months, text, by: who.value.trim() };
    const span = months.length > 1 ? `${monthWords(months[0])} to ${monthWords(months.at(-1))}` : monthWords(months[0]);
    const entry = added("added-template", addedList);
    fill(entry, { what: `${one(`#add-issue option[value="${category}"]`).textContent}, ${org_code}, ${span}`, by: record.by && `by ${record.by}`, text });
    state.added.push(record);
    takeAway(entry, "added", record);
    showNone(addedList);
    changed(record);
  });

  const commentList = one("#comment-list");
  const showComment = (entry, record) => {
    fill(entry, { status: record.resolved ? "Resolved" : "Open", resolution: record.resolution });
    one(".resolution", entry).hidden = !record.resolved;
    one(".resolving", entry).hidden = record.resolved;
    one(".again", entry).hidden = !record.resolved;
  };
  const watchComment = (entry, record) => {
    const how = one(".resolving input", entry);
    one(".resolving button", entry).addEventListener("click", () => {
      if (!how.value.trim()) { how.setAttribute("aria-invalid", "true"); tell(said, "Say how the comment was resolved.", true); how.focus(); return; }
      how.removeAttribute("aria-invalid");
      Object.assign(record, { resolved: true, resolution: how.value.trim() });
      changed();
      showComment(entry, record);
      one(".again", entry).focus();
    });
    one(".again", entry).addEventListener("click", () => {
      Object.assign(record, { resolved: false, resolution: "" });
      changed();
      showComment(entry, record);
      how.focus();
    });
    showComment(entry, record);
  };
  state.comments.forEach((record, index) => watchComment(commentList.children[index], record));
  submitted(one("#add-comment"), ({ table, cell, text }) => {
    const number = Math.max(0, ...state.comments.map((comment) => comment.number)) + 1;
    const record = { number, table, cell: cell.toUpperCase(), text, by: who.value.trim(), resolved: false, resolution: "" };
    const entry = added("comment-template", commentList);
    entry.dataset.number = number;
    fill(entry, { where: record.cell ? `${table}, cell ${record.cell}` : table, by: record.by && `by ${record.by}`, text });
    state.comments.push(record);
    watchComment(entry, record);
    showNone(commentList);
    changed(record);
  });

  const accessList = one("#access tbody");
  state.access.forEach((record, index) => takeAway(accessList.children[index], "access", record));
  submitted(one("#add-access"), (record) => {
    const entry = added("access-template", accessList);
    fill(entry, { ...record, since: record.since.replace("T", " ") });
    state.access.push(record);
    takeAway(entry, "access", record);
    showNone(accessList);
    changed();
  });

  // Saving.
  const wanting = () => {
    const without = (status, field) => findings.find((finding) => statusOf(finding) === status && !decisionOf(finding)[field]);
    const edited = without("edited", "text");
    const rejected = without("rejected", "reason");
    if (edited) return [one("textarea", edited), "Not saved: write the words to publish, or choose another decision."];
    if (rejected) return [one('input[type="text"]', rejected), "Not saved: give a reason for rejecting the finding."];
    if (mine.size && !who.value.trim()) return [who, "Not saved: write your name first. It stands beside what you decide and say."];
    return null;
  };
  const show = (field) => {
    const finding = field.closest(".finding");
    if (finding) { finding.hidden = false; finding.closest(".group").hidden = false; }
    field.setAttribute("aria-invalid", "true");
    field.focus();
  };
  who.addEventListener("input", () => who.removeAttribute("aria-invalid"));
  const post = async (path, body) => {
    const answer = await fetch(base + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const words = await answer.json().catch(() => ({}));
    return { ok: answer.ok, status: answer.status, ...words };
  };
  const signed = () => {
    const name = who.value.trim();
    mine.forEach((entry) => { entry.by = name; });
    findings.forEach(showFinding);
    state.waivers.filter((waiver) => mine.has(waiver)).forEach((waiver) => {
      const check = all(".check").find((place) => place.dataset.check === waiver.check);
      if (check) one(".waived", check).textContent = `Waived by ${waiver.by}: ${waiver.reason}`;
    });
    all("#added > li").forEach((entry, index) => { if (mine.has(state.added[index])) fill(entry, { by: `by ${name}` }); });
    all("#comment-list > li").forEach((entry, index) => { if (mine.has(state.comments[index])) fill(entry, { by: `by ${name}` }); });
  };
  const showChecklist = async () => {
    const answer = await fetch(`${base}checklist`);
    if (!answer.ok) throw new Error("no checklist");
    const { entries } = await answer.json();
    const lists = {
      blocking: entries.filter((entry) => entry.blocks && !entry.done),
      "to-weigh": entries.filter((entry) => !entry.blocks && !entry.done),
      done: entries.filter((entry) => entry.done),
    };
    all("[data-entries]").forEach((list) => {
      const those = lists[list.dataset.entries];
      list.replaceChildren(...those.map((entry) => Object.assign(document.createElement("li"), { textContent: entry.said })));
      if (list.nextElementSibling) list.nextElementSibling.hidden = those.length > 0;
    });
    one('[data-count="done"]').textContent = lists.done.length;
  };
  const saveNow = async () => {
    const want = wanting();
    if (want) { tell(said, want[1], true); show(want[0]); return false; }
    signed();
    const at = changes;
    const sent = [...mine];
    tell(said, "Saving…");
    try {
      const answer = await post("state", { version, state });
      if (!answer.ok) {
        const again = answer.status === 409 ? " Note what you changed, then load the page again: it shows what they saved, and what is not saved here is lost." : "";
        tell(said, `Not saved: ${answer.error ?? `the server answered ${answer.status}.`}${again}`, true);
        return false;
      }
      version = answer.version;
      savedAt = at;
      sent.forEach((entry) => mine.delete(entry));
      showUnsaved();
    } catch {
      tell(said, "Not saved: nothing answers. Is `publish review` still running?", true);
      return false;
    }
    try { await showChecklist(); tell(said, "Saved."); } catch { tell(said, "Saved, but the checklist could not be fetched. Load the page again to see it.", true); }
    return true;
  };
  const save = () => { saving ??= saveNow().finally(() => { saving = null; }); return saving; };
  one("#save").addEventListener("click", save);
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") { event.preventDefault(); save(); }
  });

  // Approving.
  const approvalSaid = one("#approval-said");
  one("#approval").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!isSaved()) { tell(approvalSaid, "Not approved: save your changes first.", true); return; }
    tell(approvalSaid, "Approving…");
    try {
      const answer = await post("approve", { version, by: one('#approval [name="by"]').value.trim() });
      tell(approvalSaid, answer.ok ? answer.said : `Not approved: ${answer.error ?? `the server answered ${answer.status}.`}`, !answer.ok);
      await showChecklist();
    } catch {
      if (approvalSaid.textContent === "Approving…") tell(approvalSaid, "No answer. Is `publish review` still running?", true);
    }
  });
})();
