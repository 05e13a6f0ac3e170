package org.serverroster.lab;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * An element as it came over the wire: its very text, and the same as DOM.
 *
 * @param xml the text as received
 * @param element the element, namespaces resolved
 */
public record Stanza(String xml, Element element) {

  /**
   * Parses one element of a stream.
   *
   * @throws IllegalArgumentException if it is not well-formed
   */
  public static Stanza parse(String xml, String streamNamespace) {
    var text =
        "<wrap xmlns='%s' xmlns:stream='http://etherx.jabber.org/streams'>%s</wrap>"
            .formatted(streamNamespace, xml);
    try {
      var factory = DocumentBuilderFactory.newInstance();
      factory.setNamespaceAware(true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      // Lazy nodes would be built on reading, and stanzas are read by several threads.
      factory.setFeature("http://apache.org/xml/features/dom/defer-node-expansion", false);
      var builder = factory.newDocumentBuilder();
      builder.setErrorHandler(null);
      var wrap = builder.parse(new InputSource(new StringReader(text))).getDocumentElement();
      return new Stanza(xml, childrenOf(wrap).get(0));
    } catch (SAXException | IOException | ParserConfigurationException e) {
      throw new IllegalArgumentException("Not well-formed: " + xml, e);
    }
  }

  /** The element's name without prefix: {@code presence}, {@code iq}, {@code message}. */
  public String name() {
    return element.getLocalName();
  }

  /** An attribute, empty if it is absent. */
  public String attribute(String name) {
    return element.getAttribute(name);
  }

  /** The attribute {@code from}, empty if it is absent. */
  public String from() {
    return attribute("from");
  }

  /** The attribute {@code to}, empty if it is absent. */
  public String to() {
    return attribute("to");
  }

  /** The attribute {@code type}, empty if it is absent. */
  public String type() {
    return attribute("type");
  }

  /** The attribute {@code id}, empty if it is absent. */
  public String id() {
    return attribute("id");
  }

  /** The text inside, of all descendants. */
  public String text() {
    return element.getTextContent();
  }

  /** The first child of that namespace and name. */
  public Optional<Stanza> child(String namespace, String name) {
    return children().stream()
        .filter(child -> child.name().equals(name) && child.namespace().equals(namespace))
        .findFirst();
  }

  /** The child elements in document order; their {@code xml} is empty. */
  public List<Stanza> children() {
    return childrenOf(element).stream().map(child -> new Stanza("", child)).toList();
  }

  /** The element's namespace. */
  public String namespace() {
    return element.getNamespaceURI();
  }

  /** Type and condition of the error inside, as in {@code wait/resource-constraint}, or empty. */
  public String error() {
    for (var child : children()) {
      if (child.name().equals("error")) {
        return child.type() + "/" + child.children().get(0).name();
      }
    }
    return "";
  }

  private static List<Element> childrenOf(Element parent) {
    var found = new ArrayList<Element>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element child) {
        found.add(child);
      }
    }
    return found;
  }
}
