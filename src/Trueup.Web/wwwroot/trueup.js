// What a page needs from the browser beyond Blazor: the zone for times, the light/dark switch, the skip link, copying.
(() => {
  "use strict";
  const year = 60 * 60 * 24 * 365;
  const keep = (name, value) => {
    document.cookie = `${name}=${encodeURIComponent(value)};path=/;max-age=${year};samesite=lax` + (location.protocol === "https:" ? ";secure" : "");
  };

  // The server writes times in the reader's zone; the first page of the first visit still shows UTC.
  keep("trueup.zone", Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC");

  const isDark = () => {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };

  const choose = (theme) => {
    document.documentElement.dataset.theme = theme;
    for (const sheet of document.querySelectorAll("link[data-palette]"))
      sheet.media = sheet.dataset.palette === theme ? "all" : "not all";
    keep("trueup.theme", theme);
  };

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("[data-theme-switch]")) {
      choose(isDark() ? "light" : "dark");
    } else if (target?.closest("[data-reload]")) {
      location.reload();
    } else if (target?.closest("[data-skip]")) {
      event.preventDefault();
      document.getElementById("main")?.focus();
    } else if (target?.closest("[data-copy]")) {
      const source = document.getElementById(target.closest("[data-copy]").dataset.copy);
      source?.select?.();
      navigator.clipboard?.writeText(source?.value ?? "");
    } else if (target?.closest(".menu a")) {
      target.closest("details")?.removeAttribute("open");
    }
    for (const chooser of document.querySelectorAll(".chooser[open]"))
      if (target && !chooser.contains(target))
        chooser.removeAttribute("open");
  }, true);

  // Tells a grid which rows are in sight, one question at a time, until what is drawn covers them.
  const followRows = (grid, server, rowPixels) => {
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
  window.trueup = { followRows };

  // Arrow keys go from cell to cell of a grid, and Enter opens the record of the row. Rows that are not drawn yet come into sight by scrolling.
  const cellBeside = (cell, key) => {
    const row = cell.parentElement;
    const place = [...row.children].indexOf(cell);
    switch (key) {
      case "ArrowLeft": return row.children[place - 1];
      case "ArrowRight": return row.children[place + 1];
      case "Home": return row.children[0];
      case "End": return row.children[row.children.length - 1];
      case "ArrowUp": return row.previousElementSibling?.children[place];
      case "ArrowDown": return row.nextElementSibling?.children[place];
      default: return undefined;
    }
  };

  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (event.key === "Escape")
      target?.closest(".chooser[open]")?.removeAttribute("open");
    const grid = target?.closest("[data-grid]");
    if (!grid)
      return;
    if (target === grid && event.key === "ArrowDown") {
      event.preventDefault();
      const edge = grid.getBoundingClientRect().top + grid.querySelector("thead").offsetHeight - 1;
      [...grid.querySelectorAll("tbody th")].find((cell) => cell.getBoundingClientRect().top >= edge)?.focus();
      return;
    }
    const cell = target.closest("tbody th, tbody td");
    if (!cell)
      return;
    if (event.key === "Enter" && target === cell) {
      cell.parentElement.querySelector("a")?.click();
      return;
    }
    const next = cellBeside(cell, event.key);
    if (next?.hasAttribute("tabindex")) {
      event.preventDefault();
      next.focus();
    }
  });
})();
