// Records on the page. Text only ever becomes text nodes: nothing in a record can act as markup.

const CRITERIA = { population: "P", intervention: "I", comparator: "C", outcomes: "O", study_design: "S" };

export function fill(target, stretches) {
  const parts = stretches.map(([text, at, marks]) => {
    const part = document.createElement(marks.length ? "mark" : "span");
    part.textContent = text;
    part.dataset.at = at;
    const titles = [];
    for (const mark of marks) {
      const against = mark.startsWith("not-");
      const name = against ? mark.slice(4) : mark;
      if (name in CRITERIA) {
        part.classList.add(name);
        if (against) part.classList.add("against");
        titles.push(`${name.replace("_", " ")}${against ? ": speaks against it" : ""}`);
      } else {
        part.classList.add(name.split("-")[0]);
        part.dataset[name.split("-")[0]] = name.split("-")[1];
      }
    }
    if (titles.length) part.title = titles.join(", ");
    return part;
  });
  target.replaceChildren(...parts);
}

export function item(text, className = "") {
  const li = document.createElement("li");
  li.textContent = text;
  if (className) li.className = className;
  return li;
}

export function pair(list, term, told) {
  if (told === null || told === "" || told?.length === 0) return;
  const dt = document.createElement("dt");
  dt.textContent = term;
  const dd = document.createElement("dd");
  dd.dir = "auto";
  dd.textContent = Array.isArray(told) ? told.join("; ") : String(told);
  list.append(dt, dd);
}

export function byline(meta) {
  const authors = meta.authors.length > 3 ? `${meta.authors[0]} and ${meta.authors.length - 1} others` : meta.authors.join("; ");
  return [authors, meta.journal || meta.conference, meta.year].filter(Boolean).join(" · ");
}

// Where the full text may be had: opened by the reader, never by the page.
export function fullText(meta) {
  const places = [];
  if (/^10\.\d{4,9}\/\S+$/.test(meta.doi ?? "")) places.push([`Full text by DOI ${meta.doi}`, `https://doi.org/${encodeURI(meta.doi)}`]);
  if (/^\d{1,9}$/.test(meta.pmid ?? "")) places.push([`PubMed ${meta.pmid}`, `https://pubmed.ncbi.nlm.nih.gov/${meta.pmid}/`]);
  return places.map(([told, address]) => {
    const link = document.createElement("a");
    link.textContent = told;
    link.href = address;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    return link;
  });
}

export function showMeta(list, record) {
  list.replaceChildren();
  const m = record.meta;
  pair(list, "Authors", m.authors);
  pair(list, "In", [m.journal, m.year, m.volume && `vol. ${m.volume}`, m.issue && `no. ${m.issue}`, m.pages && `pp. ${m.pages}`].filter(Boolean).join(", "));
  pair(list, "Conference", m.conference);
  pair(list, "Type", m.types);
  pair(list, "Language", m.language);
  pair(list, "Keywords", m.keywords);
  pair(list, "DOI", m.doi);
  pair(list, "PMID", m.pmid);
  pair(list, "Found in", m.sources);
  pair(list, "Record", `R${record.id}`);
}
