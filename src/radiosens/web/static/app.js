"use strict";
// Files dropped on a form, how far a job is, and refusals before anything is sent.
(() => {
  // A file dropped beside the mark would else be opened in the page's place.
  ["dragover", "drop"].forEach((name) => addEventListener(name, (event) => event.preventDefault()));

  const megabytes = (bytes) => (bytes / 1e6).toFixed(0);
  const place = document.querySelector("[data-most]"), most = Number(place?.dataset.most);
  const refused = place?.querySelector(".refused"), bar = place?.querySelector(".sending");
  const say = (text) => { refused.textContent = text; refused.hidden = !text; };
  const tooLarge = (files) => {
    const size = files.reduce((sum, f) => sum + f.size, 0), large = size > most;
    say(large ? `These are ${megabytes(size)} MB; more than ${megabytes(most)} MB at once are not taken.` : "");
    return large;
  };
  const send = (flow, data, end) => {
    const request = new XMLHttpRequest(), stop = (text) => { bar.hidden = true; end(); say(text); };
    bar.hidden = false;
    request.upload.onprogress = (news) => { bar.value = news.loaded / news.total; };
    request.onerror = () => stop("The server did not take the files: they may be too large, or it was stopped.");
    request.onload = () => { const answer = JSON.parse(request.responseText || "{}"); if (request.status === 201) location.assign(`/jobs/${answer.id}`); else stop(answer.error || request.statusText); };
    request.open("POST", `/api/${flow}`);
    request.send(data);
  };
  const target = (element, take) => {
    const over = (on) => (event) => { event.preventDefault(); element.classList.toggle("over", on); };
    element.addEventListener("dragover", over(true));
    element.addEventListener("dragleave", over(false));
    element.addEventListener("drop", (event) => { over(false)(event); if (event.dataTransfer.files.length) take(event.dataTransfer.files); });
  };

  // The start: a file dropped on a question is an answer to "which file?".
  document.querySelectorAll(".card").forEach((card) => target(card, (files) => {
    if (tooLarge([...files])) return;
    const data = new FormData();
    [...files].forEach((file) => data.append("data", file));
    send(card.dataset.flow, data, () => {});
  }));

  const form = document.querySelector("form.upload");
  if (form) {
    const chosen = () => [...form.querySelectorAll("input[type=file]")].flatMap((i) => [...i.files]);
    form.addEventListener("change", () => tooLarge(chosen()));
    form.querySelectorAll(".drop").forEach((drop) => target(drop, (files) => { drop.querySelector("input").files = files; tooLarge(chosen()); }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (tooLarge(chosen())) return;
      const button = form.querySelector("button.primary");
      button.disabled = true;
      send(form.dataset.flow, new FormData(form), () => { button.disabled = false; });
    });
  }

  const job = document.getElementById("job");
  if (job && ["waiting", "working"].includes(job.dataset.state)) {
    const step = document.getElementById("step"), share = document.getElementById("share");
    const look = async () => {
      try {
        const answer = await fetch(`/api/jobs/${job.dataset.key}`), facts = await answer.json();
        if (!["waiting", "working"].includes(facts.state)) { location.reload(); return; }
        step.textContent = facts.state === "waiting" ? (facts.ahead ? `Waiting: ${facts.ahead} before it.` : "Waiting for its turn.") : facts.progress.step || "Starting";
        share.value = facts.progress.share || 0;
      } catch { step.textContent = "The server does not answer; this page goes on asking."; }
      setTimeout(look, 700);
    };
    setTimeout(look, 400);
  }
})();
