/** zod as this package uses it: without compiling code, which the page's content security policy forbids and reports. */

import { z } from "zod";

// Read when a schema is made, so no module here imports zod itself.
z.config({ jitless: true });

export { z };
