/** Routes of projects: their settings, members, invitations and device keys. */

import { deviceKey, invitation, member, projectDetails, retention, role } from "../entities.ts";
import { DAY_MS } from "../spans.ts";
import { z } from "../zod.ts";
import { EXAMPLE_IDS, EXAMPLE_TIME, inProject, label, linkSecret, type Route } from "./route.ts";

/** How long an invitation holds unless asked, and at most. */
export const DEFAULT_INVITATION_MS = 7 * DAY_MS;
export const MAX_INVITATION_MS = 30 * DAY_MS;

const params = { project: EXAMPLE_IDS.project };
const projects = {
  id: EXAMPLE_IDS.project,
  name: "Rocket",
  role: "owner",
  createdAt: EXAMPLE_TIME,
  retention: { maxAgeMs: null, maxBytes: null },
};
const ann = { id: EXAMPLE_IDS.user, email: "ann@example.org", role: "owner" };
const bob = { id: "u1Bx7nWe4kTo", email: "bob@example.org", role: "viewer" };
const key = {
  id: "k6Mf3gYa2rXc",
  name: "first key",
  key: "Ab3dEf6hIj9k",
  createdAt: EXAMPLE_TIME,
  revokedAt: null,
};
const invited = {
  id: "i9Cp5vSu8wZj",
  role: "viewer",
  by: "ann@example.org",
  createdAt: EXAMPLE_TIME,
  expiresAt: EXAMPLE_TIME + DEFAULT_INVITATION_MS,
};
const SECRET = "Xk2vR9sLm4TqWc7bYd1NfHg6PjZa0UeoQi8rVtB5xKw";
const link = `http://localhost:8080/invite#${SECRET}`;

const expiresInMs = z.number().int().min(60_000).max(MAX_INVITATION_MS).default(DEFAULT_INVITATION_MS);
const newInvitation = invitation.extend({ link: z.string() });

export const projectRoutes = {
  projects: {
    method: "GET",
    path: "/projects",
    access: "account",
    tag: "Projects",
    summary: "My projects",
    answers: { 200: z.object({ projects: z.array(projectDetails) }) },
    example: { status: 200, answer: { projects: [projects] } },
  },
  createProject: {
    method: "POST",
    path: "/projects",
    access: "account",
    tag: "Projects",
    summary: "Begin a project, as its owner",
    description: "With a first device key. Not for a token whose rights are limited.",
    body: z.object({ name: label }),
    answers: { 201: projectDetails.extend({ deviceKey: z.string() }) },
    example: {
      body: { name: "Rocket" },
      status: 201,
      answer: { ...projects, deviceKey: key.key },
    },
  },
  changeProject: {
    method: "PATCH",
    path: "/projects/:project",
    access: "owner",
    tag: "Projects",
    summary: "Change a project's name or retention",
    description:
      "What is absent stays as it is. A retention of null keeps everything. What is dropped goes a part at a time, the oldest first: by age at the latest when it is a quarter older than `maxAgeMs` and two minutes; by size such that about three quarters of `maxBytes` stay. Parts have at least 1 MiB and a minute, and those from before a limit was made lower go as they are.",
    params: inProject,
    body: z.object({ name: label.optional(), retention: retention.optional() }),
    answers: { 200: projectDetails },
    example: {
      params,
      body: { name: "Rocket 2", retention: { maxAgeMs: 7_776_000_000, maxBytes: null } },
      status: 200,
      answer: { ...projects, name: "Rocket 2", retention: { maxAgeMs: 7_776_000_000, maxBytes: null } },
    },
  },

  members: {
    method: "GET",
    path: "/projects/:project/members",
    access: "viewer",
    tag: "Members",
    summary: "Who belongs to a project",
    params: inProject,
    answers: { 200: z.object({ members: z.array(member) }) },
    example: { params, status: 200, answer: { members: [ann, bob] } },
  },
  changeMember: {
    method: "PATCH",
    path: "/projects/:project/members/:user",
    access: "owner",
    notByToken: true,
    tag: "Members",
    summary: "Change a member's role",
    description: "Counts at once, also for live sockets that are open.",
    params: inProject.extend({ user: z.string() }),
    body: z.object({ role }),
    answers: { 200: member },
    refusals: ["last_owner"],
    example: {
      params: { ...params, user: bob.id },
      body: { role: "editor" },
      status: 200,
      answer: { ...bob, role: "editor" },
    },
  },
  removeMember: {
    method: "DELETE",
    path: "/projects/:project/members/:user",
    access: "owner",
    selfAccess: "viewer",
    tag: "Members",
    summary: "Remove a member, or leave",
    description: "Any member may leave; the last owner can't.",
    params: inProject.extend({ user: z.string() }),
    answers: { 204: z.null() },
    refusals: ["last_owner"],
    example: { params: { ...params, user: bob.id }, status: 204, answer: null },
  },

  invitations: {
    method: "GET",
    path: "/projects/:project/invitations",
    access: "owner",
    tag: "Invitations",
    summary: "A project's open invitations",
    params: inProject,
    answers: { 200: z.object({ invitations: z.array(invitation) }) },
    example: { params, status: 200, answer: { invitations: [invited] } },
  },
  createInvitation: {
    method: "POST",
    path: "/projects/:project/invitations",
    access: "owner",
    notByToken: true,
    tag: "Invitations",
    summary: "Invite somebody into a project",
    description:
      "No mail is sent: pass the `link` on yourself. It is shown this once, lets in one person, and ends by itself.",
    params: inProject,
    body: z.object({ role, expiresInMs }),
    answers: { 201: newInvitation },
    example: { params, body: { role: "viewer" }, status: 201, answer: { ...invited, link } },
  },
  revokeInvitation: {
    method: "DELETE",
    path: "/projects/:project/invitations/:id",
    access: "owner",
    tag: "Invitations",
    summary: "Take an invitation back",
    params: inProject.extend({ id: z.string() }),
    answers: { 204: z.null() },
    example: { params: { ...params, id: invited.id }, status: 204, answer: null },
  },
  openInvitations: {
    method: "GET",
    path: "/invitations",
    access: "admin",
    tag: "Invitations",
    summary: "Open invitations to the installation",
    answers: { 200: z.object({ invitations: z.array(invitation) }) },
    example: { status: 200, answer: { invitations: [{ ...invited, role: "owner" }] } },
  },
  createOpenInvitation: {
    method: "POST",
    path: "/invitations",
    access: "admin",
    notByToken: true,
    tag: "Invitations",
    summary: "Invite somebody to the installation",
    description: "Who registers with it gets a project of their own.",
    body: z.object({ expiresInMs }),
    answers: { 201: newInvitation },
    example: { body: {}, status: 201, answer: { ...invited, role: "owner", link } },
  },
  revokeOpenInvitation: {
    method: "DELETE",
    path: "/invitations/:id",
    access: "admin",
    tag: "Invitations",
    summary: "Take an invitation to the installation back",
    params: z.object({ id: z.string() }),
    answers: { 204: z.null() },
    example: { params: { id: invited.id }, status: 204, answer: null },
  },
  readInvitation: {
    method: "POST",
    path: "/invitations/read",
    access: "anyone",
    tag: "Invitations",
    summary: "What an invitation is to",
    description:
      "`project` is null where it is to the installation. The secret travels in the body, so that no log has it.",
    body: z.object({ invitation: linkSecret }),
    answers: {
      200: z.object({ project: z.object({ name: z.string() }).nullable(), role, by: z.string() }),
    },
    refusals: ["not_found"],
    example: {
      body: { invitation: SECRET },
      status: 200,
      answer: { project: { name: "Rocket" }, role: "viewer", by: "ann@example.org" },
    },
  },
  acceptInvitation: {
    method: "POST",
    path: "/invitations/accept",
    access: "account",
    notByToken: true,
    tag: "Invitations",
    summary: "Join a project with the account I have",
    description:
      "Who has none registers with the invitation instead. Who is a member already keeps the higher role. An invitation to the installation isn't used up by being refused here.",
    body: z.object({ invitation: linkSecret }),
    answers: { 200: projectDetails },
    refusals: ["not_found", "exists"],
    example: {
      body: { invitation: SECRET },
      status: 200,
      answer: { ...projects, role: "viewer" },
    },
  },

  deviceKeys: {
    method: "GET",
    path: "/projects/:project/device-keys",
    access: "editor",
    tag: "Device keys",
    summary: "A project's device keys",
    params: inProject,
    answers: { 200: z.object({ deviceKeys: z.array(deviceKey) }) },
    example: { params, status: 200, answer: { deviceKeys: [key] } },
  },
  createDeviceKey: {
    method: "POST",
    path: "/projects/:project/device-keys",
    access: "owner",
    tag: "Device keys",
    summary: "Make a device key",
    params: inProject,
    body: z.object({ name: label }),
    answers: { 201: deviceKey },
    example: {
      params,
      body: { name: "beta testers" },
      status: 201,
      answer: { ...key, name: "beta testers" },
    },
  },
  revokeDeviceKey: {
    method: "DELETE",
    path: "/projects/:project/device-keys/:id",
    access: "owner",
    tag: "Device keys",
    summary: "Revoke a device key",
    description: "Its devices are sent away within a second and don't come back with it.",
    params: inProject.extend({ id: z.string() }),
    answers: { 204: z.null() },
    example: { params: { ...params, id: key.id }, status: 204, answer: null },
  },
} as const satisfies Record<string, Route>;
