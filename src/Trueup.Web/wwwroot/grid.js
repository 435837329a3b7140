// What a grid of records needs from the browser: which rows are in sight, keys that go from cell to cell, and editors that are there the moment a key is
// pressed. The server is told what was typed when the cell is left; until then nothing waits for it.
(() => {
  "use strict";
  const servers = new WeakMap();
  const mostPasted = 200_000;

  // Tells a grid which rows are in sight, one question at a time, until what is drawn covers them.
  const followRows = (grid, server, rowPixels) => {
    servers.set(grid, server);
    let isAsking = false;
    const isDrawn = (top, rows) => {
      const [before, after] = grid.querySelectorAll(".grid-space");
      const from = before.offsetHeight / rowPixels;
      const to = (grid.scrollHeight - grid.querySelector("thead").offsetHeight - after.offsetHeight) / rowPixels;
      return (top >= from || from === 0) && (top + rows <= to || after.offsetHeight === 0);
    };
    const look = async () => {
      if (isAsking)
        return;
      isAsking = true;
      try {
        for (let tries = 0; tries < 20 && grid.isConnected; tries++) {
          const top = Math.floor(grid.scrollTop / rowPixels);
          const rows = Math.ceil(grid.clientHeight / rowPixels) + 1;
          if (isDrawn(top, rows))
            break;
          const held = grid.contains(document.activeElement);
          await server.invokeMethodAsync("ShowRowsAsync", top, rows);
          // The focused row may have gone out of sight; the keys must not go nowhere then.
          if (held && document.activeElement === document.body)
            grid.focus({ preventScroll: true });
        }
      } catch (failure) {
        // The grid was left, or the line to the server broke; both are seen elsewhere.
        if (grid.isConnected)
          console.warn("The rows of the grid could not be asked for.", failure);
      } finally {
        isAsking = false;
      }
    };
    grid.addEventListener("scroll", look, { passive: true });
    new ResizeObserver(look).observe(grid);
  };

  // A table whose cells can be edited, and that needs no rows to be followed.
  const editCells = (table, server) => servers.set(table, server);

  const say = (grid, words) => {
    const line = grid.querySelector("[data-grid-says]");
    if (line)
      line.textContent = words;
  };

  const tell = async (grid, method, ...values) => {
    try {
      return await servers.get(grid)?.invokeMethodAsync(method, ...values);
    } catch (failure) {
      if (grid.isConnected)
        say(grid, "The server did not take that; it is not in the draft.");
      return undefined;
    }
  };

  const cellOf = (element) => element?.closest("[data-cell]");
  const specOf = (grid, cell) => grid.querySelector(`[data-field="${CSS.escape(cell.dataset.cell)}"][data-spec]`)?.dataset ?? {};

  // Editors. Each answers the text that stands in it; null for no value.
  const option = (value, label) => Object.assign(document.createElement("option"), { value, textContent: label });
  const pad = (number, digits) => String(number).padStart(digits, "0");
  const localOf = (value) => {
    const instant = new Date(/^-?\d{11,}$/.test(value) ? Number(value) : value.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
    return Number.isNaN(instant.getTime()) ? ""
      : `${pad(instant.getFullYear(), 4)}-${pad(instant.getMonth() + 1, 2)}-${pad(instant.getDate(), 2)}T${pad(instant.getHours(), 2)}:${pad(instant.getMinutes(), 2)}:${pad(instant.getSeconds(), 2)}`;
  };
  const makers = {
    text: (value, typed) => {
      const area = document.createElement("textarea");
      area.rows = value.includes("\n") ? 6 : 1;
      area.value = typed ?? value;
      return { control: area, read: () => area.value };
    },
    number: (value, typed) => {
      const input = Object.assign(document.createElement("input"), { type: "text", inputMode: "decimal", value: typed ?? value });
      return { control: input, read: () => input.value.trim() };
    },
    boolean: (value) => {
      const select = document.createElement("select");
      select.append(option("", "–"), option("true", "yes"), option("false", "no"));
      select.value = value.toLowerCase();
      return { control: select, read: () => select.value };
    },
    choice: (value, typed, choices) => {
      const select = document.createElement("select");
      select.append(option("", "–"), ...choices.map(([given, label]) => option(given, label)));
      if (value && !choices.some(([given]) => given === value))
        select.append(option(value, value));
      select.value = value;
      if (typed)
        select.value = choices.find(([, label]) => label.toLowerCase().startsWith(typed.toLowerCase()))?.[0] ?? value;
      return { control: select, read: () => select.value };
    },
    choices: (value, typed, choices) => {
      const box = document.createElement("div");
      box.className = "grid-choices";
      box.setAttribute("role", "group");
      const chosen = new Set(value.split(";").map((one) => one.trim()).filter(Boolean));
      const known = [...choices, ...[...chosen].filter((one) => !choices.some(([given]) => given === one)).map((one) => [one, one])];
      for (const [given, label] of known) {
        const line = document.createElement("label");
        line.append(Object.assign(document.createElement("input"), { type: "checkbox", value: given, checked: chosen.has(given) }), " ", label);
        box.append(line);
      }
      const before = [...chosen].sort().join(";");
      const read = () => {
        const now = [...box.querySelectorAll("input:checked")].map((input) => input.value);
        return [...now].sort().join(";") === before ? value : now.join(";");
      };
      return { control: box, focus: () => box.querySelector("input")?.focus(), read };
    },
    day: (value) => {
      const day = /^-?\d{11,}$/.test(value) ? new Date(Number(value)).toISOString().slice(0, 10) : value.slice(0, 10);
      const input = Object.assign(document.createElement("input"), { type: "date", value: day });
      return { control: input, read: () => (input.value === day ? value : input.value) };
    },
    instant: (value) => {
      const local = value ? localOf(value) : "";
      const input = Object.assign(document.createElement("input"), { type: "datetime-local", step: "1", value: local });
      return { control: input, read: () => (input.value === local ? value : input.value ? new Date(input.value).toISOString() : "") };
    },
  };

  let editor = null;

  const place = (grid, host, cell) => {
    const [inner, outer] = [cell.getBoundingClientRect(), grid.getBoundingClientRect()];
    host.style.left = `${inner.left - outer.left - grid.clientLeft + grid.scrollLeft}px`;
    host.style.top = `${inner.top - outer.top - grid.clientTop + grid.scrollTop}px`;
    host.style.minWidth = `${inner.width}px`;
  };

  const open = (grid, cell, typed) => {
    close(false);
    const spec = specOf(grid, cell);
    if (!spec.editor || cell.dataset.value === undefined) {
      say(grid, spec.why ?? "");
      return;
    }
    const value = cell.dataset.value;
    const host = grid.querySelector("[data-grid-editor]");
    const made = makers[spec.editor](value, typed, spec.choices ? JSON.parse(spec.choices) : []);
    made.control.setAttribute("aria-label", `${spec.label} of ${cell.dataset.record}`);
    host.replaceChildren(made.control);
    host.hidden = false;
    place(grid, host, cell);
    editor = { grid, host, cell, value, record: cell.dataset.record, field: cell.dataset.cell, ...made };
    (made.focus ?? (() => made.control.focus({ preventScroll: true })))();
    if (typed === undefined)
      made.control.select?.();
    say(grid, "");
  };

  // Takes the editor away, and tells the server what stands in it, if that is to be kept. Answers when the server has it.
  const close = (keeps) => {
    if (!editor)
      return Promise.resolve();
    const { grid, host, value, record, field, read } = editor;
    const now = read();
    editor = null;
    host.hidden = true;
    host.replaceChildren();
    return keeps && now !== value ? tell(grid, "SetCellAsync", record, field, value, now) : Promise.resolve();
  };

  const beside = (cell, key) => {
    const row = cell.parentElement;
    const at = [...row.children].indexOf(cell);
    switch (key) {
      case "ArrowLeft": return row.children[at - 1];
      case "ArrowRight": return row.children[at + 1];
      case "Home": return row.children[0];
      case "End": return row.children[row.children.length - 1];
      case "ArrowUp": return row.previousElementSibling?.children[at];
      case "ArrowDown": return row.nextElementSibling?.children[at];
      default: return undefined;
    }
  };

  // Leaves the editor and goes on to another cell. The cell may have been drawn anew meanwhile.
  const leave = (key, keeps) => {
    const { grid, record, field } = editor;
    const done = close(keeps);
    const cell = [...grid.querySelectorAll(`[data-cell="${CSS.escape(field)}"]`)].find((one) => one.dataset.record === record);
    const next = cell && key ? beside(cell, key) : null;
    (next?.hasAttribute("tabindex") ? next : cell ?? grid).focus();
    return done;
  };

  const save = async () => {
    if (editor)
      await leave(null, true);
    document.querySelector("[data-save]:not([disabled])")?.click();
  };

  const onEditorKey = (event) => {
    const isText = event.target instanceof HTMLTextAreaElement;
    if (event.key === "Enter" && isText && (event.shiftKey || event.altKey)) {
      if (event.altKey)
        event.target.setRangeText("\n", event.target.selectionStart, event.target.selectionEnd, "end");
      event.target.rows = Math.min(8, event.target.value.split("\n").length + 1);
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      leave("ArrowDown", true);
    } else if (event.key === "Tab") {
      event.preventDefault();
      leave(event.shiftKey ? "ArrowLeft" : "ArrowRight", true);
    } else if (event.key === "Escape") {
      event.preventDefault();
      leave(null, false);
    } else if (editor.control.classList.contains("grid-choices") && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const boxes = [...editor.control.querySelectorAll("input")];
      boxes[boxes.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    }
  };

  const onCellKey = (event, grid, cell) => {
    const isEditable = cell.dataset.cell !== undefined;
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (isEditable && (event.key === "Enter" || event.key === "F2")) {
      event.preventDefault();
      open(grid, cell);
    } else if (isEditable && isPlain && (event.key === "Delete" || event.key === "Backspace")) {
      event.preventDefault();
      if (specOf(grid, cell).editor)
        tell(grid, "SetCellAsync", cell.dataset.record, cell.dataset.cell, cell.dataset.value, "");
      else
        say(grid, specOf(grid, cell).why ?? "");
    } else if (isEditable && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      tell(grid, "RevertCellAsync", cell.dataset.record, cell.dataset.cell);
    } else if (event.key === "Enter") {
      cell.parentElement.querySelector("a")?.click();
    } else if (event.key === " " && cell.parentElement.querySelector("[data-choose]") && (!isEditable || event.shiftKey)) {
      event.preventDefault();
      cell.parentElement.querySelector("[data-choose]").click();
    } else if (isEditable && isPlain && event.key.length === 1 && event.key !== " ") {
      event.preventDefault();
      open(grid, cell, event.key);
    } else {
      const next = beside(cell, event.key);
      if (next?.hasAttribute("tabindex")) {
        event.preventDefault();
        next.focus();
      }
    }
  };

  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s" && document.querySelector("[data-save]")) {
      event.preventDefault();
      save();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && document.querySelector("[data-apply]:not([disabled])")) {
      document.querySelector("[data-apply]").click();
      return;
    }
    const grid = target?.closest("[data-grid]");
    if (!grid)
      return;
    if (editor && editor.host.contains(target)) {
      onEditorKey(event);
      return;
    }
    if (target === grid && event.key === "ArrowDown") {
      event.preventDefault();
      const head = grid.querySelector("thead");
      const edge = grid.getBoundingClientRect().top + (head?.offsetHeight ?? 0) - 1;
      [...grid.querySelectorAll("tbody [tabindex]")].find((cell) => cell.getBoundingClientRect().top >= edge)?.focus();
      return;
    }
    const cell = target.closest("tbody th, tbody td");
    if (cell && target === cell)
      onCellKey(event, grid, cell);
  });

  // A double click, or a second tap on a cell that has the focus, opens its editor.
  let focusedBefore = null;
  document.addEventListener("pointerdown", (event) => {
    focusedBefore = event.pointerType === "mouse" ? null : document.activeElement;
  }, true);
  document.addEventListener("click", (event) => {
    const cell = cellOf(event.target instanceof Element ? event.target : null);
    const grid = cell?.closest("[data-grid]");
    if (grid && (event.detail === 2 || focusedBefore === cell))
      open(grid, cell);
  });

  document.addEventListener("focusout", (event) => {
    if (editor && editor.host.contains(event.target) && !editor.host.contains(event.relatedTarget))
      close(true);
  });

  document.addEventListener("copy", (event) => {
    const cell = cellOf(document.activeElement);
    if (!cell?.closest("[data-grid]") || String(getSelection()) !== "")
      return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", cell.dataset.value ?? cell.textContent.trim());
  });

  // Cells as spreadsheets copy them: tabs between cells, line breaks between rows, quotation marks around what has either.
  const cellsOf = (text) => {
    const rows = [[]];
    let cell = "";
    let isQuoted = false;
    for (let at = 0; at < text.length; at++) {
      const character = text[at];
      if (isQuoted) {
        if (character !== '"')
          cell += character;
        else if (text[at + 1] === '"')
          cell += text[++at];
        else
          isQuoted = false;
      } else if (character === '"' && cell === "") {
        isQuoted = true;
      } else if (character === "\t") {
        rows.at(-1).push(cell);
        cell = "";
      } else if (character === "\n") {
        rows.at(-1).push(cell);
        rows.push([]);
        cell = "";
      } else if (character !== "\r") {
        cell += character;
      }
    }
    rows.at(-1).push(cell);
    if (rows.length > 1 && rows.at(-1).length === 1 && rows.at(-1)[0] === "")
      rows.pop();
    return rows;
  };

  document.addEventListener("paste", (event) => {
    const cell = cellOf(document.activeElement);
    const grid = cell?.closest("[data-grid]");
    if (!grid)
      return;
    event.preventDefault();
    const text = event.clipboardData.getData("text/plain");
    if (text.length > mostPasted)
      say(grid, "That is too much to paste; import it as a CSV file.");
    else if (text !== "")
      tell(grid, "PasteAsync", cell.dataset.record, cell.dataset.cell, cellsOf(text));
  });

  window.trueup = { followRows, editCells };
})();
