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

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target instanceof Element)
      event.target.closest(".chooser[open]")?.removeAttribute("open");
  });
})();
