// The one script of Amparo. Every page works without it. No storage, no third party, no eval.
const root = document.documentElement;
const all = (selector) => [...document.querySelectorAll(selector)];

// Tabs of this site tell each other when somebody stays, leaves or has signed out.
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("amparo") : { postMessage() {} };
const heard = { };
tabs.onmessage = ({ data }) => heard[data]?.();
const blank = () => { root.classList.add("is-left"); document.title = " "; };

// Leave this page: Shift three times, alone, within three seconds. The screen is emptied before the network answers; the
// server hears of it even if this tab is closed at once; the harmless page takes the place of this one in the history.
const exit = document.querySelector(".amp-exit");
const go = () => { blank(); location.replace(exit.dataset.to || exit.href); };
const leave = () => {
  fetch(exit.href, { keepalive: true, redirect: "manual", cache: "no-store" }).catch(() => { });
  tabs.postMessage("leave");
  go();
};
if (exit) {
  let taps = [];
  let alone = false;
  heard.leave = go;
  exit.addEventListener("click", (event) => { event.preventDefault(); leave(); });
  addEventListener("keydown", (event) => {
    if (event.key !== "Shift") { alone = false; taps = []; } else if (!event.repeat) { alone = true; }
  });
  addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !alone) return;
    taps = [...taps.filter((at) => event.timeStamp - at < 3000), event.timeStamp];
    if (taps.length > 2) leave();
  });
}

// A page that is left is emptied, so that the browser's memory keeps an empty one; taken from there it is asked for anew.
addEventListener("pagehide", blank);
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// Signed out in one tab, signed out in all.
const reload = () => { blank(); location.replace(location.href.split("#")[0]); };
if (document.body.dataset.idle) heard.out = reload; else tabs.postMessage("out");

// Errors first.
const errors = document.querySelector(".govuk-error-summary");
if (errors) errors.focus();

// One press, one record.
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 5000);
});

// How much room is left in a long answer. Seen at once, spoken after a pause.
for (const area of all("textarea[data-maxlength]")) {
  const seen = document.getElementById(area.id + "_count");
  if (!seen) continue;
  const spoken = seen.cloneNode();
  const limit = Number(area.dataset.maxlength);
  let pause;
  spoken.id += "_spoken";
  spoken.className = "govuk-visually-hidden";
  spoken.setAttribute("role", "status");
  seen.after(spoken);
  seen.setAttribute("aria-hidden", "true");
  const count = () => {
    // A line break is sent as two characters, and Python counts code points.
    const left = limit - [...area.value.replace(/\n/g, "\r\n")].length;
    seen.textContent = (left < 0 ? seen.dataset.over : seen.dataset.left).replace("%s", Math.abs(left));
    seen.classList.toggle("is-over", left < 0);
    clearTimeout(pause);
    pause = setTimeout(() => { if (document.activeElement === area) spoken.textContent = seen.textContent; }, 1000);
  };
  area.addEventListener("input", count);
  count();
}

// A menu closes on a click elsewhere and on Esc.
const close = (kept) => all("details.amp-menu[open]").forEach((menu) => { if (!kept || !menu.contains(kept)) menu.open = false; });
addEventListener("click", (event) => close(event.target));
addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.activeElement.closest("details.amp-menu[open]");
  if (menu) { menu.open = false; menu.firstElementChild.focus(); }
});

// Print.
for (const button of all("[data-print]")) { button.hidden = false; button.addEventListener("click", () => print()); }

// Signed out after a quiet while: warn two minutes before, then ask the server for this page again, which asks to sign in.
const idle = Number(document.body.dataset.idle);
const warning = document.getElementById("timeout");
if (idle && warning) {
  let timers = [];
  let seenAt = 0;
  const wait = () => {
    seenAt = Date.now();
    warning.hidden = true;
    timers.forEach(clearTimeout);
    timers = [
      setTimeout(() => { warning.hidden = false; }, Math.max(idle - 120, idle / 2) * 1000),
      setTimeout(reload, (idle + 2) * 1000),
    ];
  };
  const stay = () => fetch(warning.dataset.stay, { method: "HEAD", cache: "no-store" }).then((answer) => {
    if (answer.ok && !answer.redirected) { wait(); tabs.postMessage("stay"); }
  }, () => {});
  heard.stay = wait;
  // Typing a long answer is not silence: tell the server now and then.
  addEventListener("input", () => { if (Date.now() - seenAt > idle * 250) { seenAt = Date.now(); stay(); } });
  warning.querySelector("button").addEventListener("click", stay);
  wait();
  tabs.postMessage("stay");
}
