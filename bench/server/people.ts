/** The people's program: a page that watches, and a caller that changes variables. */

import { answerQuestions } from "../net/asked.ts";
import { changeVariables } from "./load/caller.ts";
import { collectDelays, watch } from "./load/page.ts";

answerQuestions(undefined, { watch, collectDelays, changeVariables });
