// A host on jco and Node: it transpiles a component, and runs it as a command or as a server.
//
// Its command line is that of the other hosts, as far as jco's shim can do what is asked for.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as cli from "@bytecodealliance/preview3-shim/cli";
import * as clocks from "@bytecodealliance/preview3-shim/clocks";
import * as filesystem from "@bytecodealliance/preview3-shim/filesystem";
import * as http from "@bytecodealliance/preview3-shim/http";
import * as random from "@bytecodealliance/preview3-shim/random";
import * as sockets from "@bytecodealliance/preview3-shim/sockets";

// The exit codes of a host whose guest didn't run, or trapped.
const NOT_RUN = 125;
const TRAPPED = 134;

const PACKAGES = { cli, clocks, filesystem, http, random, sockets };
const here = dirname(fileURLToPath(import.meta.url));

function parse(words) {
  const options = { env: {}, preopens: {}, args: [], serves: false };
  while (words.length > 0) {
    const word = words.shift();
    switch (word) {
      case "--env": {
        const [name, ...value] = words.shift().split("=");
        options.env[name] = value.join("=");
        break;
      }
      case "--dir": {
        const [host, guest] = words.shift().split("::");
        options.preopens[guest] = host;
        break;
      }
      case "--cwd":
        options.cwd = words.shift();
        break;
      case "--inherit-network":
        break;
      case "--serve":
        options.serves = true;
        break;
      case "--memory":
      case "--reuse":
      case "--concurrent":
        // One request after the other is served, and each by a new instance.
        words.shift();
        break;
      case "--":
        options.args = words.splice(0);
        break;
      default:
        if (word.startsWith("-") || options.component !== undefined) {
          throw new Error(`jco's shim has no ${word}`);
        }
        options.component = word;
    }
  }
  return options;
}

// Transpiles a component, unless that has been done: the folder is named by the bytes.
async function transpiled(path) {
  const bytes = readFileSync(path);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
  const folder = join(here, "transpiled", hash);
  if (!existsSync(folder)) {
    const { transpileBytes } = await import("@bytecodealliance/jco-transpile");
    const { files } = await transpileBytes(bytes, {
      name: "guest",
      instantiation: "async",
      multiMemory: true,
      emitTypescriptDeclarations: false,
    });
    const fresh = `${folder}-${process.pid}`;
    await mkdir(fresh, { recursive: true });
    for (const [name, contents] of Object.entries(files)) {
      await writeFile(join(fresh, name), contents);
    }
    // Another process may have been faster.
    await rename(fresh, folder).catch(() => rm(fresh, { recursive: true }));
  }
  return folder;
}

// The code that the guest has exited with. That of the shim would end this process at once, whatever
// is still to be written.
let exitCode;

function exit(code) {
  exitCode = code;
  throw new Error("exit");
}

// Returns a function that makes an instance.
async function load(path) {
  const folder = await transpiled(path);
  const { instantiate } = await import(pathToFileURL(join(folder, "guest.js")));
  const modules = new Map();
  const module = (name) => {
    if (!modules.has(name)) {
      modules.set(name, WebAssembly.compile(readFileSync(join(folder, name))));
    }
    return modules.get(name);
  };
  const imports = {};
  for (const [name, shim] of Object.entries(PACKAGES)) {
    for (const [part, functions] of Object.entries(shim)) {
      const dashed = part.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      imports[`wasi:${name}/${dashed}`] = functions;
    }
  }
  imports["wasi:cli/exit"] = { exit: ({ tag }) => exit(tag === "ok" ? 0 : 1), exitWithCode: exit };
  return () => instantiate(module, imports);
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// Serves on a port that is printed, until stdin ends.
async function serve(instantiate) {
  // The shim's server reads the body of a response that has none, too.
  const { Response } = http.types;
  const consumeBody = Response.consumeBody;
  Response.consumeBody = (response, result) => {
    const [body, trailers] = consumeBody(response, result);
    return [body ?? { read: async () => null }, trailers];
  };
  // The shim's server takes a result as it is, where the export gives its value or throws its error.
  const server = new http.HttpServer({
    handle: async (request) => {
      try {
        const instance = await instantiate();
        return { tag: "ok", val: await instance.handler.handle(request) };
      } catch (error) {
        console.error("error:", error);
        return { tag: "err", val: error };
      }
    },
  });
  server.on("error", (error) => console.error(error));
  const port = await freePort();
  await server.listen(port, "127.0.0.1");
  console.log(`port ${port}`);
  for await (const _ of process.stdin);
}

// Runs a command, and returns its exit code.
async function run(instantiate) {
  const instance = await instantiate();
  try {
    await instance.run.run();
    return 0;
  } catch (error) {
    if (exitCode !== undefined) {
      return exitCode;
    }
    // The error of a `result` without one.
    if (error === undefined) {
      return 1;
    }
    throw error;
  }
}

// The shim writes to stdout and stderr in a worker, which hands over to this thread what it has
// written a little later.
function leave(code, error) {
  setTimeout(() => {
    if (error !== undefined) {
      console.error(error);
    }
    process.exit(code);
  }, 100);
}

let options;
let instantiate;
try {
  options = parse(process.argv.slice(2));
  // By convention the program's own name comes first.
  cli._setArgs([basename(options.component), ...options.args]);
  cli._setEnv(options.env);
  if (options.cwd !== undefined) {
    cli._setCwd(options.cwd);
  }
  filesystem._setPreopens(options.preopens);
  instantiate = await load(options.component);
  // Its worker has to run before a guest can trap.
  await cli.stdout.writeViaStream({ read: async () => null });
} catch (error) {
  console.error(error);
  process.exit(NOT_RUN);
}
try {
  leave(options.serves ? await serve(instantiate) : await run(instantiate));
} catch (error) {
  leave(TRAPPED, `trapped: ${error?.stack ?? error}`);
}
