// A stand-in for the wasm glue in the shell's tests: the same calls, answered from memory, with faults on request.
// Does not store anything, and is no specification of the engine.

self.__fake = { boots: 0, instances: [], calls: [] };

self.__longshoreDesk = () => {
  const fake = self.__fake;
  const glue = async () => {};
  glue.ask = (what, request) => {
    fake.calls.push([what, JSON.parse(request)]);
    return fake.checkError ?? "";
  };
  return glue;
};

self.__longshoreGlue = () => {
  const fake = self.__fake;
  const note = (name, ...rest) => fake.calls.push([name, ...rest]);
  const glue = async ({ module_or_path }) => {
    fake.boots += 1;
    if (fake.failBoot) throw new Error("wasm is blocked");
    note("init", await module_or_path.text());
  };
  glue.boot = async (config, env) => {
    const origin = `worker-${fake.boots}-${Math.random().toString(36).slice(2)}`;
    const instance = { config, env, origin, seq: 0 };
    fake.instances.push(instance);
    const channel = new BroadcastChannel(`longshore:${new URL(env.scope).pathname}`);
    const send = (kind, rest) => channel.postMessage({ v: 1, origin, seq: ++instance.seq, at: Date.now(), kind, ...rest });
    const trap = (message) => {
      env.trapped(message);
      throw new WebAssembly.RuntimeError("unreachable");
    };
    const json = (value, init) => new Response(JSON.stringify(value), { ...init, headers: { "content-type": "application/json", ...init?.headers } });
    const answer = async (request, extra) => {
      const { pathname } = new URL(request.url);
      if (pathname.includes("/slow")) await new Promise(() => {});
      if (pathname.includes("/fails")) throw new Error("the engine has a fault");
      return json({ by: "longshore", ...extra, url: request.url, origin });
    };
    return {
      fetch(request, route, clientId) {
        note("fetch", request.url, route, clientId);
        if (request.url.includes("/trap")) trap("index out of bounds");
        return { response: answer(request, { route }), done: Promise.resolve() };
      },
      mutate(request, mutation, ticket) {
        note("mutate", request.url, mutation);
        if (request.url.includes("/queued-then-trap")) {
          ticket.queued = "row-1";
          setTimeout(() => env.trapped("later"), 0);
          return { response: new Promise(() => {}), done: new Promise(() => {}) };
        }
        if (request.url.includes("/trap")) trap("index out of bounds");
        return { response: answer(request, { mutation }), done: Promise.resolve() };
      },
      wake: async (reason) => {
        note("wake", reason);
        return fake.empty ?? true;
      },
      command: async (message) => {
        note("command", message);
        if (message.kind === "install" && fake.installError) throw new Error(fake.installError);
        if (message.kind === "hello") return { origin, seq: instance.seq, version: env.version, scope: env.scope };
        if (message.kind === "version") return env.version;
        if (message.kind === "test.calls") return JSON.parse(JSON.stringify(fake.calls));
        if (message.kind === "test.send") return void send(message.event.kind, message.event);
        if (message.kind === "test.skip") return void (instance.seq += message.by);
        if (message.kind === "queue.retry") throw Object.assign(new Error("no such row"), { name: "NotFound" });
        return undefined;
      },
    };
  };
  return glue;
};
