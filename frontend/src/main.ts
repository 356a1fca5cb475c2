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

keys(document);
live(document);
lock(document);
palette(document);
progress(document);
selection(document);
tabs(document);
undo(document);
