// Runs before the first paint, so that the page never flashes in the wrong theme or density.
import { apply } from "./preferences";

document.documentElement.dataset.js = "";
apply();
