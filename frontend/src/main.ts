// On every page: small updates without reloads, keys, the live sign. Everything works without it.
import htmx from "htmx.org";
import { lock } from "./field/lock";
import { keys } from "./keys";
import { live } from "./live";
import { palette } from "./palette";
import { progress } from "./progress";
import { selection } from "./selection";
import { tabs } from "./tabs";
import { undo } from "./undo";

// No eval, no injected style: the content security policy allows neither.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;

// What a person has unfolded stays so when a part of the page is renewed.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = (event as CustomEvent<{ target: Element; fragment: DocumentFragment }>).detail;
  for (const one of target.querySelectorAll("details[id][open]")) fragment.querySelector(`#${one.id}`)?.setAttribute("open", "");
});

keys(document);
live(document);
lock(document);
palette(document);
progress(document);
selection(document);
tabs(document);
undo(document);
