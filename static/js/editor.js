// <textarea data-editor> becomes a rich text field; the textarea stays the form's field and holds the HTML.
//   data-label names it; labels of the tools: data-tool-bold, -italic, -list, -numbers, -link, -quote, data-link-ask.
//   Event "editor:insert" {html} puts something at the cursor, "editor:set" {html} replaces all; both on the textarea or its form.
//   "/" and "#" at the start of a word click [data-editor-key="/"] of the same form. data-pictures shows pasted and dropped pictures in place.
(() => {
  if (!window.Squire || !window.DOMPurify) return;
  const allowed = {
    ALLOWED_TAGS: ["p", "div", "br", "b", "strong", "i", "em", "u", "s", "a", "ul", "ol", "li", "blockquote", "pre", "code", "h2", "h3", "img", "table", "tbody", "thead", "tr", "td", "th", "hr"],
    ALLOWED_ATTR: ["href", "src", "alt", "colspan", "rowspan", "lang", "start"],
    ALLOW_DATA_ATTR: false,
  };
  // A picture from elsewhere would tell its server who reads this, and when.
  DOMPurify.addHook("uponSanitizeAttribute", (element, attribute) => {
    if (attribute.attrName === "src" && !/^(?:\/(?![/\\])|blob:|data:image\/(?:png|jpeg|gif|webp)[;,])/i.test(attribute.attrValue)) attribute.keepAttr = false;
  });
  const clean = (html) => DOMPurify.sanitize(html, { ...allowed, RETURN_DOM_FRAGMENT: true, WHOLE_DOCUMENT: false });
  const isLink = (text) => /^(https?:\/\/|mailto:|tel:)[^\s]+$/i.test(text);
  const tools = [
    ["bold", "bold", (e) => (e.hasFormat("B") ? e.removeBold() : e.bold()), "B"],
    ["italic", "italic", (e) => (e.hasFormat("I") ? e.removeItalic() : e.italic()), "I"],
    ["list", "list", (e) => (e.hasFormat("UL") ? e.removeList() : e.makeUnorderedList()), "UL"],
    ["numbers", "list-numbers", (e) => (e.hasFormat("OL") ? e.removeList() : e.makeOrderedList()), "OL"],
    ["quote", "blockquote", (e) => (e.hasFormat("BLOCKQUOTE") ? e.decreaseQuoteLevel() : e.increaseQuoteLevel()), "BLOCKQUOTE"],
    ["link", "link", null, "A"],
  ];

  const sprite = () => (document.querySelector("svg use")?.getAttribute("href") ?? "/static/vendor/icons.svg#").split("#")[0];
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const icon = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "i i-sm");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${sprite()}#${name}`);
    svg.append(use);
    return svg;
  };

  const toolbar = (area, editor) => {
    const bar = area.form?.querySelector("[data-editor-tools]") ?? make("div", { class: "tools", role: "toolbar" });
    const buttons = [];
    const group = make("span", { class: "editor-tools" });
    for (const [name, shape, action, tag] of tools) {
      const label = area.dataset[`tool${name[0].toUpperCase()}${name.slice(1)}`] ?? name;
      const button = make("button", { type: "button", class: "btn btn-quiet btn-icon", title: label, "aria-pressed": "false" }, icon(shape), make("span", { class: "sr" }, label));
      button.addEventListener("click", () => (action ? (action(editor), editor.focus()) : link(area, editor)));
      buttons.push([button, tag]);
      group.append(button);
    }
    bar.prepend(group);
    const press = () => buttons.forEach(([button, tag]) => button.setAttribute("aria-pressed", String(editor.hasFormat(tag))));
    editor.addEventListener("pathChange", press);
    editor.addEventListener("select", press);
    return bar;
  };
  const link = (area, editor) => {
    if (editor.hasFormat("A")) {
      editor.removeLink();
      return editor.focus();
    }
    const field = make("input", { type: "url", class: "form-control", placeholder: "https://", required: "" });
    const label = make("label", { class: "field" }, area.dataset.linkAsk ?? "https://", field);
    const ok = make("button", { class: "btn btn-primary", value: "ok" }, area.dataset.linkOk ?? "OK");
    const form = make("form", { method: "dialog", class: "stack" }, label, ok);
    const dialog = make("dialog", { class: "sheet sheet-s" }, form);
    const place = editor.getSelection();
    document.body.append(dialog);
    dialog.addEventListener("close", () => {
      const text = field.value.trim();
      dialog.remove();
      editor.focus().setSelection(place);
      if (dialog.returnValue === "ok" && isLink(text)) editor.makeLink(text);
    });
    dialog.showModal();
  };

  // A text and the pictures in it are sent and kept together; larger pictures are made smaller, what is left goes as a file.
  const MOST = 2_500_000, PLAIN = 300_000, WIDEST = 1600;
  const read = (blob) => new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => resolve("");
    reader.readAsDataURL(blob);
  });
  const written = async (file) => {
    if (!/^image\/(png|jpeg|gif|webp)$/.test(file.type)) return "";
    if (file.size <= PLAIN) return read(file);
    try {
      const picture = await createImageBitmap(file), scale = Math.min(1, WIDEST / picture.width);
      const canvas = make("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const smaller = await new Promise((resolve) => canvas.toBlob(resolve, "image/webp", 0.85));
      return smaller ? read(smaller) : "";
    } catch {
      return "";
    }
  };

  const enhance = (area) => {
    if (area.dataset.editorReady) return;
    area.dataset.editorReady = "yes";
    const name = area.dataset.label || area.getAttribute("aria-label") || area.labels?.[0]?.textContent.trim() || "";
    const box = make("div", { class: "editor rich", role: "textbox", "aria-multiline": "true", "aria-label": name });
    if (area.lang) box.lang = area.lang;
    if (area.getAttribute("aria-describedby")) box.setAttribute("aria-describedby", area.getAttribute("aria-describedby"));
    if (area.placeholder) box.dataset.placeholder = area.placeholder;
    area.hidden = true;
    const required = area.required;
    area.required = false;
    area.after(box);
    const editor = new Squire(box, { blockTag: "P", sanitizeToDOMFragment: clean, addLinks: true });
    const looksLikeHtml = /<\/?(p|div|br|ul|ol|b|a|blockquote)\b/i.test(area.value);
    editor.setHTML(looksLikeHtml ? area.value : paragraphs(area.value));
    const bar = toolbar(area, editor);
    if (!bar.isConnected) box.after(bar);

    const store = (tell = true) => {
      const bare = !box.textContent.trim() && !box.querySelector("img, hr, table");
      box.classList.toggle("is-bare", bare);
      area.value = bare ? "" : editor.getHTML();
      if (tell) area.dispatchEvent(new Event("input", { bubbles: true }));
    };
    store(false);
    editor.addEventListener("input", () => store());
    for (const host of [area, area.form].filter(Boolean)) {
      host.addEventListener("editor:insert", (event) => {
        event.stopPropagation();
        event.preventDefault();
        editor.focus();
        editor.insertHTML(event.detail.html);
        store();
      });
      host.addEventListener("editor:set", (event) => {
        event.stopPropagation();
        editor.setHTML(event.detail.html);
        store(event.detail.tell !== false);
      });
    }
    area.addEventListener("focus", () => editor.focus());
    area.form?.addEventListener("submit", (event) => {
      store(false);
      if (!required || area.value || event.submitter?.formNoValidate) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      box.setAttribute("aria-invalid", "true");
      editor.focus();
    }, true);
    editor.setKeyHandler("Ctrl-k", null);
    editor.addEventListener("keydown", (event) => {
      if (event.key !== "/" && event.key !== "#") return;
      const range = editor.getSelection();
      const before = range.startContainer.nodeType === Node.TEXT_NODE ? range.startContainer.data[range.startOffset - 1] ?? "" : "";
      const button = area.form?.querySelector(`[data-editor-key="${event.key}"]`);
      if (!button || before.trim()) return;
      event.preventDefault();
      button.click();
    });
    editor.addEventListener("pasteImage", (event) => {
      event.preventDefault();
      take([...(event.detail.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/")));
    });
    box.addEventListener("drop", (event) => {
      const files = [...(event.dataTransfer?.files ?? [])];
      if (!files.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      take(files.filter((file) => file.type.startsWith("image/")));
      attach(files.filter((file) => !file.type.startsWith("image/")));
    }, true);
    const take = async (files) => {
      if (!("pictures" in area.dataset)) return attach(files);
      for (const file of files) {
        const source = await written(file);
        if (!source || area.value.length + source.length > MOST) attach([file]);
        else {
          editor.focus();
          editor.insertImage(source, { alt: file.name });
          store();
        }
      }
    };
    const attach = (files) => {
      const picker = area.form?.querySelector('input[type="file"][multiple]');
      if (!picker || !files.length) return;
      const all = new DataTransfer();
      for (const file of [...picker.files, ...files]) all.items.add(file);
      picker.files = all.files;
      picker.dispatchEvent(new Event("change", { bubbles: true }));
    };
    area.form?.addEventListener("reset", () => setTimeout(() => editor.setHTML(paragraphs(area.value))));
  };
  const paragraphs = (text) => {
    const holder = document.createElement("div");
    for (const line of text.split(/\n{2,}/)) {
      const p = document.createElement("p");
      line.split("\n").forEach((part, at) => p.append(...(at ? [document.createElement("br")] : []), part));
      if (line) holder.append(p);
    }
    return holder.innerHTML;
  };

  const ready = (root) => {
    if (root.matches?.("textarea[data-editor]")) enhance(root);
    root.querySelectorAll?.("textarea[data-editor]").forEach(enhance);
  };
  ready(document);
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
  // A button with data-insert="#id-of-template" puts that text at the cursor of the page's editor (or of data-insert-into).
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button) return;
    const area = document.querySelector(button.dataset.insertInto ?? "textarea[data-editor]");
    const source = document.querySelector(button.dataset.insert);
    if (!area || !source) return;
    area.dispatchEvent(new CustomEvent("editor:insert", { detail: { html: source.innerHTML } }));
  });
})();
