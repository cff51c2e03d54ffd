/** The devices' program: says to a server what its bench asks for. */

import { answerQuestions } from "../net/asked.ts";
import { sendBatches } from "./load/batches.ts";
import { endFleet, joinFleet, measureFleet } from "./load/fleet.ts";
import { answerSets } from "./load/steered.ts";

answerQuestions(undefined, { sendBatches, joinFleet, measureFleet, endFleet, answerSets });
