/** The pages' program: a thousand of them, those who make the changes, and how long each change took to each page. */

import { answerQuestions } from "../net/asked.ts";
import {
  closePages,
  countTraffic,
  judgePages,
  makeChanges,
  openPages,
  speakOnPeer,
  joinProbe,
  watchValues,
} from "./load/crowd.ts";

answerQuestions(undefined, {
  openPages,
  closePages,
  joinProbe,
  speakOnPeer,
  makeChanges,
  countTraffic,
  watchValues,
  judgePages,
});
