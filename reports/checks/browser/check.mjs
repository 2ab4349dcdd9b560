// Opens each page as people do, and as strict viewers do, and fails where it is not whole, not quiet or not readable.
//   node check.mjs PAGE.html…        CHROMIUM=/path/to/chromium
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// What Jenkins sends along with the files of a build ("Configuring Content Security Policy" in its documentation).
const JENKINS = "sandbox; default-src 'none'; img-src 'self'; style-src 'self'";
// What a page must have: its sections, its headings in print, and how many handlers, elements that fetch, and scripts.
const REPORT = {
  sections: ["verdict", "gates", "numbers", "timeline", "latency", "resilience", "requests", "errors", "method"],
  titles: ["Gates", "Headline numbers", "Timeline", "Latency", "Resilience", "Requests", "Errors by cause", "Method and data"],
  foreign: "0,0,2",
};
const PLAN = { sections: ["variants", "variant-1", "method"], titles: ["What if", "Method"], foreign: "0,0,0" };
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

// What a reader sees of a page: this runs inside it.
const seen = () => {
  const drawn = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 20 && box.height > 5;
  };
  const charts = [...document.querySelectorAll('svg[role="img"]')].filter((chart) => !chart.closest("details:not([open])"));
  const marks = [...document.querySelectorAll('[class*="f-"][fill^="#"]')];
  // Words beyond an edge of the window that nobody can scroll to.
  const width = document.documentElement.clientWidth;
  const words = [...document.querySelectorAll("main h1, main p, main th, main td, main dt, main dd, main summary, main text")];
  const cut = words.filter((element) => {
    // No phone is as wide as some names; in a chart they are cut there, and stand whole in its description.
    if (element.matches("text") && element.textContent.length > 32) return false;
    const box = element.getBoundingClientRect();
    return box.width > 0 && (box.left < -1 || box.right > width + 1) && !element.closest(".box, pre, .sr");
  });
  return {
    ids: [...document.querySelectorAll("[id]")].map((element) => element.id),
    gates: [...document.querySelectorAll('#gates tr[id^="gate-"]')].map((row) => row.innerText.trim().length > 0),
    charts: charts.map((chart) => [chart.getAttribute("aria-labelledby") || chart.getAttribute("aria-label"), drawn(chart)]),
    text: document.querySelector("main").innerText.length,
    black: marks.filter((mark) => getComputedStyle(mark).fill === "rgb(0, 0, 0)").length,
    cut: cut.map((element) => element.tagName + " " + element.textContent.slice(0, 40)),
    wide: document.scrollingElement.scrollWidth - document.documentElement.clientWidth,
  };
};

class Page {
  constructor(browser, path) {
    this.browser = browser;
    this.path = resolve(path);
    this.kind = readFileSync(this.path, "utf8").includes("<title>bedload plan:") ? PLAN : REPORT;
    this.problems = [];
  }

  expect(holds, problem) {
    if (!holds) this.problems.push(problem);
  }

  // Opens the page in a context of its own, and hands over what it asked for and said.
  async open(options, look, headers) {
    const context = await this.browser.newContext({ viewport: { width: 1440, height: 1000 }, ...options });
    const page = await context.newPage();
    const heard = { requests: [], words: [] };
    page.on("request", (request) => heard.requests.push(request.url()));
    page.on("console", (message) => heard.words.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => heard.words.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => { heard.words.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    if (headers) {
      const answer = { status: 200, contentType: "text/html; charset=utf-8", headers, body: readFileSync(this.path) };
      await context.route("**/*", (route) => route.fulfill(answer));
    }
    await page.goto(headers ? "http://report.invalid/report.html" : pathToFileURL(this.path).href);
    await look(page, heard);
    await context.close();
  }

  whole(view, how) {
    for (const section of this.kind.sections) this.expect(view.ids.includes(section), `${how}: no section ${section}`);
    for (const [name, drawn] of view.charts) this.expect(drawn, `${how}: chart ${name} is not drawn`);
    this.expect(view.gates.every(Boolean), `${how}: a gate has no words`);
    this.expect(view.black === 0, `${how}: ${view.black} marks lost their colour`);
  }

  async asPeopleDo() {
    await this.open({}, async (page, heard) => {
      this.view = await page.evaluate(seen);
      this.whole(this.view, "as people open it");
      this.expect(heard.requests.length === 1, `it asked for ${heard.requests.slice(1).join(", ")}`);
      this.expect(heard.words.length === 0, `the console said ${heard.words.join(" | ")}`);
      const foreign = await page.evaluate(() => {
        const handlers = [...document.querySelectorAll("*")].filter((element) =>
          [...element.attributes].some((attribute) => attribute.name.startsWith("on")));
        const fetched = document.querySelectorAll("img,iframe,object,embed,link,script[src],base,form");
        return [handlers.length, fetched.length, document.scripts.length];
      });
      this.expect(foreign.join() === this.kind.foreign, `handlers, elements that fetch, scripts: ${foreign}, not ${this.kind.foreign}`);
      await this.scripted(page);
    });
  }

  // The cursor under the pointer and the filter of requests, which scripts alone add.
  async scripted(page) {
    const plot = page.locator("#timeline .plot").nth(1);
    if (await plot.count()) {
      await plot.hover();
      const cursors = await page.locator(".cur.on").count();
      this.expect(cursors === (await page.locator(".plot[data-t]").count()), `the cursor stands in ${cursors} charts`);
    }
    const filter = page.locator(".sift input");
    if (await filter.count()) {
      const all = await page.locator(".tr:visible").count();
      await filter.fill("surely no request says this");
      this.expect((await page.locator(".tr:visible").count()) === 0, "the filter lets through what does not fit");
      await filter.fill("");
      this.expect((await page.locator(".tr:visible").count()) === all, "an empty filter hides requests");
    }
  }

  async accessible() {
    for (const [colorScheme, width] of [["light", 1440], ["dark", 390]]) {
      await this.open({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true }, async (page) => {
        await page.evaluate(() => document.querySelectorAll("details").forEach((block) => { block.open = true; }));
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        for (const { id, nodes } of violations) {
          this.problems.push(`axe, ${colorScheme} at ${width}: ${id} in ${nodes.length}: ${nodes[0].html.slice(0, 160)}`);
        }
      });
    }
  }

  async withoutScripts() {
    await this.open({ javaScriptEnabled: false }, async (page) => this.same(await page.evaluate(seen), "without scripts"));
  }

  async asJenkinsServes() {
    await this.open({}, async (page, heard) => {
      this.same(await page.evaluate(seen), "as Jenkins serves it");
      this.expect(heard.requests.length === 1, `Jenkins was asked for ${heard.requests.slice(1).join(", ")}`);
      const other = heard.words.filter((words) => !/Content Security Policy|sandboxed/.test(words));
      this.expect(other.length === 0, `under Jenkins the console said ${other.join(" | ")}`);
    }, { "content-security-policy": JENKINS });
  }

  same(view, how) {
    this.whole(view, how);
    const names = (charts) => charts.map(([name]) => name).join();
    this.expect(names(view.charts) === names(this.view.charts), `${how}: other charts`);
    this.expect(view.gates.length === this.view.gates.length, `${how}: ${view.gates.length} gates`);
  }

  async narrow() {
    for (const width of [390, 320]) {
      await this.open({ viewport: { width, height: 844 } }, async (page) => {
        await page.evaluate(() => document.querySelectorAll("details").forEach((block) => { block.open = true; }));
        const { wide, cut } = await page.evaluate(seen);
        this.expect(wide <= 0, `at ${width} px it scrolls ${wide} px sideways`);
        this.expect(cut.length === 0, `at ${width} px these are cut off: ${cut.slice(0, 5).join(" | ")}`);
      });
    }
  }

  async printed() {
    await this.open({}, async (page) => {
      await page.emulateMedia({ media: "print" });
      const hidden = await page.evaluate(() => {
        dispatchEvent(new Event("beforeprint"));
        const blocks = [...document.querySelectorAll("details > :not(summary, .cmd)")];
        const shut = blocks.filter((block) => block.getBoundingClientRect().height === 0);
        return shut.map((block) => block.outerHTML.slice(0, 80));
      });
      this.expect(hidden.length === 0, `printed, these stay closed: ${hidden.join(" | ")}`);
      const pdf = (await page.pdf({ format: "A4", tagged: true, outline: true })).toString("latin1");
      for (const title of this.kind.titles) this.expect(pdf.includes(`/Title (${title})`), `the PDF has no ${title}`);
      this.sheets = pdf.match(/\/Type \/Page\b(?!s)/g)?.length ?? 0;
    });
  }
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
const paths = process.argv.slice(2);
let failed = 0;
const check = async (path) => {
  const page = new Page(browser, path);
  await page.asPeopleDo();
  await page.accessible();
  await page.withoutScripts();
  await page.asJenkinsServes();
  await page.narrow();
  await page.printed();
  const { gates, charts } = page.view;
  const name = `${basename(resolve(path, ".."))}/${basename(path)}`;
  const what = `${charts.length} charts, ${gates.length} gates, ${page.sheets} sheets of A4`;
  console.log(`   ${page.problems.length ? "FAILED" : "ok"} ${name}: ${what}`);
  page.problems.forEach((problem) => console.log(`      ${problem}`));
  failed += page.problems.length;
};
// Two at a time: one lays out while the other waits.
const work = async () => { while (paths.length) await check(paths.shift()); };
await Promise.all([work(), work()]);
await browser.close();
process.exit(failed ? 1 : 0);
