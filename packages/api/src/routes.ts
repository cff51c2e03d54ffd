/** Every HTTP route under `/api/v1`: one table that validates on the server, types the client and makes the documents. */

import { accountRoutes } from "./routes/accounts.ts";
import { deviceRoutes } from "./routes/devices.ts";
import { exportRoutes } from "./routes/export.ts";
import { markerRoutes } from "./routes/markers.ts";
import { passwordResetRoutes } from "./routes/password-resets.ts";
import { projectRoutes } from "./routes/projects.ts";
import { sessionRoutes } from "./routes/sessions.ts";
import { writeRoutes } from "./routes/writes.ts";

export const API_PREFIX = "/api/v1";

export const routes = {
  ...accountRoutes,
  ...passwordResetRoutes,
  ...projectRoutes,
  ...deviceRoutes,
  ...writeRoutes,
  ...sessionRoutes,
  ...markerRoutes,
  ...exportRoutes,
};

export type RouteName = keyof typeof routes;
