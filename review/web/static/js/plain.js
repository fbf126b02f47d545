// A page without anything to do on it: the list of keys only.

import { useKeys } from "/static/js/page.js";

useKeys([["?", "This list"]]);
