/** Starts the page. */

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { ErrorBoundary } from "./shell/error-boundary.tsx";

const page = document.getElementById("page");
if (page === null) throw new Error("expected an element with the id page");
createRoot(page).render(
  <StrictMode>
    <ErrorBoundary what="The page">
      <App />
    </ErrorBoundary>
  </StrictMode>,
);
