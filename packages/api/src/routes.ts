/** Every HTTP route under `/api/v1`: one table that validates on the server, types the client and makes the documents. */

import { accountRoutes } from "./routes/accounts.ts";
import { deviceRoutes } from "./routes/devices.ts";
import { projectRoutes } from "./routes/projects.ts";

export const API_PREFIX = "/api/v1";

export const routes = { ...accountRoutes, ...projectRoutes, ...deviceRoutes };

export type RouteName = keyof typeof routes;
