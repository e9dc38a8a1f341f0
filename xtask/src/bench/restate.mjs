// Restate as a peer: its server in its default configuration (the log is
// fsynced), one workflow that carries out a graph with one durable step per
// operation and as much in parallel as the graph allows.
//
//   node restate.mjs GRAPHS BASE
//
// For each graph's name on standard input one line on standard output: how long
// the workflow took, in milliseconds, from request to answer. When the input
// ends: the most memory that the server and this process ever held, in KiB.

import * as restate from "@restatedev/restate-sdk";
import { RestatePromise } from "@restatedev/restate-sdk";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { createServer } from "node:net";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { arch, platform } from "node:os";
import { join } from "node:path";

// The SDK calls it, and Node has it from version 22 on only.
Promise.withResolvers ??= function () {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};

const [graphs, base] = process.argv.slice(2);
const graph = (name) => JSON.parse(readFileSync(join(graphs, `${name}.json`), "utf8"));
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const releases = restate.workflow({
  name: "releases",
  handlers: {
    run: async (ctx, name) => {
      const { operations } = graph(name);
      const wide = operations.some(({ sleep_ms }) => sleep_ms > 0);
      await (wide ? asWideAsTheGraph : inBatches)(ctx, operations);
      return operations.length;
    },
  },
});

const begin = (ctx, { sleep_ms }, at) =>
  ctx.run(`operation-${at}`, sleep_ms > 0 ? () => sleep(sleep_ms) : () => {});

// An operation begins as soon as its needs have ended. Only Restate's own promises
// are awaited: their order is in its journal, so that a replay takes the same way.
async function asWideAsTheGraph(ctx, operations) {
  const waits = operations.map(({ after }) => after.length);
  const dependents = operations.map(() => []);
  operations.forEach(({ after }, at) => after.forEach((need) => dependents[need].push(at)));
  const running = new Map();
  const start = (at) => running.set(at, begin(ctx, operations[at], at).map(() => at));
  waits.forEach((left, at) => left === 0 && start(at));
  while (running.size > 0) {
    const ended = await RestatePromise.race([...running.values()]);
    running.delete(ended);
    for (const at of dependents[ended]) if (--waits[at] === 0) start(at);
  }
}

// Where operations take no time this is faster in Restate than one promise for
// each: layer by layer, at most so many at once as its SDK carries without effort.
async function inBatches(ctx, operations) {
  const depth = [];
  const layers = [];
  operations.forEach(({ after }, at) => {
    depth[at] = Math.max(0, ...after.map((need) => depth[need] + 1));
    (layers[depth[at]] ??= []).push(at);
  });
  for (const layer of layers) {
    for (let from = 0; from < layer.length; from += 50) {
      const batch = layer.slice(from, from + 50);
      await RestatePromise.all(batch.map((at) => begin(ctx, operations[at], at)));
    }
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

function startServer(ports) {
  const require = createRequire(import.meta.url);
  const os = platform() === "darwin" ? "darwin" : "linux";
  const binary = require.resolve(
    `@restatedev/restate-server-${os}-${arch()}/bin/restate-server`,
  );
  const env = {
    ...process.env,
    RESTATE_BIND_IP: "127.0.0.1",
    RESTATE_LISTEN_MODE: "tcp",
    RESTATE_BIND_PORT: ports[0],
    RESTATE_ADMIN__BIND_PORT: ports[1],
    RESTATE_INGRESS__BIND_PORT: ports[2],
    RESTATE_DISABLE_TELEMETRY: "true",
    RESTATE_ADMIN__DISABLE_WEB_UI: "true",
    // It asks for its newest release when it starts; offline that is no error of ours.
    RESTATE_LOG_FILTER: "error,octocrab=off",
  };
  const options = { env, stdio: ["ignore", "ignore", "inherit"] };
  return spawn(binary, ["--no-logo", "--base-dir", base], options);
}

const post = (url, body) =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

// The server answers some time after it began, and its log some time after that.
async function register(admin, uri) {
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await post(`${admin}/deployments`, { uri });
      if (answer.ok) return;
      throw new Error(`${answer.status} ${await answer.text()}`);
    } catch (error) {
      if (attempt === 300) throw error;
      await sleep(200);
    }
  }
}

let runs = 0;
async function timed(ingress, name) {
  const began = performance.now();
  const answer = await post(`${ingress}/releases/${name}-${++runs}/run`, name);
  const body = await answer.text();
  const took = performance.now() - began;
  if (!answer.ok || JSON.parse(body) !== graph(name).operations.length) {
    throw new Error(`${name}: ${answer.status} ${body}`);
  }
  return took;
}

function peakKib(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+)/.exec(status)[1]);
}

const quiet = () => {};
const ports = await Promise.all([freePort(), freePort(), freePort()]);
const server = startServer(ports);
try {
  const endpoint = restate.endpoint().bind(releases);
  endpoint.setLogger(quiet);
  const port = await endpoint.listen(0);
  await register(`http://127.0.0.1:${ports[1]}`, `http://127.0.0.1:${port}`);
  const ingress = `http://127.0.0.1:${ports[2]}`;
  for (let warm = 0; warm < 3; warm++) await timed(ingress, "chain-100");
  for await (const name of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await timed(ingress, name)));
  }
  console.log(JSON.stringify({ server: peakKib(server.pid), node: peakKib(process.pid) }));
} finally {
  if (server.exitCode === null) {
    server.kill("SIGKILL");
    await once(server, "exit");
  }
  rmSync(base, { recursive: true, force: true });
}
process.exit();
