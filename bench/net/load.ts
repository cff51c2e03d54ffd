/** The load's program: does to a server what its bench asks for. */

import { answerQuestions } from "./asked.ts";
import { askAgain, comeAgain, gather, leave } from "./load/crowd.ts";
import { echo } from "./load/echo.ts";
import { endless } from "./load/endless.ts";
import { askForPushes, endPushes } from "./load/sleeper.ts";
import { visit } from "./load/visits.ts";

answerQuestions(undefined, {
  echo,
  visit,
  gather,
  askAgain,
  leave,
  comeAgain,
  endless,
  askForPushes,
  endPushes,
});
