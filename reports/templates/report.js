// The linked cursor, the filter of requests, copying, and printing everything. The page says all it knows without this.
(() => {
  const all = (query) => [...document.querySelectorAll(query)];
  const data = JSON.parse(document.getElementById("series").textContent);

  const digits = (n) => {
    if (n === 0) return "0";
    const places = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(n))));
    return n.toFixed(Math.min(places, 6));
  };
  const said = (value, unit) => {
    if (value == null) return "–";
    if (unit === "%") return digits(value * 100) + "\u202f%";
    if (unit === "s") return value < 0.9995 ? digits(value * 1000) + "\u202fms" : digits(value) + "\u202fs";
    return unit ? digits(value) : String(value);
  };
  const clock = (secs) => {
    const two = (n) => String(Math.floor(n)).padStart(2, "0");
    const hours = Math.floor(secs / 3600);
    return (hours ? hours + ":" + two((secs / 60) % 60) : Math.floor(secs / 60)) + ":" + two(secs % 60);
  };

  if (data) {
    const plots = all("[data-t]");
    const cursors = plots.map((plot) => {
      const cursor = plot.appendChild(document.createElement("i"));
      cursor.className = "cur";
      if (plot.hasAttribute("data-head")) cursor.appendChild(document.createElement("span"));
      return cursor;
    });
    const rows = all("tr[data-s]").filter((row) => data.series[row.dataset.s]);
    const peaks = rows.map((row) => row.lastElementChild.textContent);
    const tables = [...new Set(rows.map((row) => row.closest("table")))];
    let now = null;

    const show = (bucket) => {
      const last = Math.ceil(data.length / data.bucket) - 1;
      now = Math.max(0, Math.min(last, bucket));
      const at = now * data.bucket;
      cursors.forEach((cursor) => {
        cursor.style.left = ((at + data.bucket / 2) / data.length) * 100 + "%";
        cursor.classList.add("on");
        if (cursor.firstChild) cursor.firstChild.textContent = clock(at);
      });
      rows.forEach((row) => {
        const [unit, values] = data.series[row.dataset.s];
        row.lastElementChild.textContent = said(values[now], unit);
      });
      tables.forEach((table) => {
        table.classList.add("live");
        table.querySelector("th.pk").textContent = clock(at);
      });
    };
    const hide = () => {
      now = null;
      cursors.forEach((cursor) => cursor.classList.remove("on"));
      rows.forEach((row, place) => { row.lastElementChild.textContent = peaks[place]; });
      tables.forEach((table) => {
        table.classList.remove("live");
        table.querySelector("th.pk").textContent = "peak";
      });
    };

    plots.forEach((plot) => {
      plot.addEventListener("pointermove", (event) => {
        const box = plot.getBoundingClientRect();
        show(Math.floor(((event.clientX - box.left) / box.width) * (data.length / data.bucket)));
      });
      plot.addEventListener("pointerleave", hide);
    });
    all(".stack").forEach((stack) => {
      stack.tabIndex = 0;
      stack.addEventListener("keydown", (event) => {
        const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        if (step) { event.preventDefault(); show(now == null ? 0 : now + step * (event.shiftKey ? 10 : 1)); }
        if (event.key === "Escape") hide();
      });
      stack.addEventListener("blur", hide);
    });
  }

  const sift = document.querySelector(".sift");
  if (sift) {
    const [input, count] = [sift.querySelector("input"), sift.querySelector("output")];
    const requests = all(".tr");
    const show = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const fits = (text) => words.every((word) => text.includes(word));
      requests.forEach((request) => { request.hidden = !fits(request.textContent.toLowerCase()); });
      count.textContent = requests.filter((request) => !request.hidden).length + " of " + requests.length + " shown";
    };
    sift.hidden = false;
    input.addEventListener("input", show);
    show();
  }

  if (navigator.clipboard) {
    all("button.cp").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => {
        const text = document.getElementById(button.dataset.from).textContent;
        navigator.clipboard.writeText(text).then(() => { button.textContent = "Copied"; });
      });
    });
  }

  // A link to something inside a closed block opens the block.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const block = target && target.closest("details");
    if (block) block.hidden = false;
    if (block && !block.open) { block.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", reveal);
  reveal();

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    closed.forEach((block) => { block.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((block) => { block.open = false; }));
})();
