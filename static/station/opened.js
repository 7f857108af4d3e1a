// The key was taken: keep the pass, and go on to the page.

import { keep } from "./pass.js";

keep(document.body.dataset.pass);
location.replace("/");
