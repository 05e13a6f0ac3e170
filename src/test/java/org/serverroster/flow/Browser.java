package org.serverroster.flow;

import static io.restassured.RestAssured.given;

import io.restassured.response.Response;
import java.util.HashMap;
import java.util.Map;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/** Does with an approval page what a browser without JavaScript would do. */
final class Browser {

  private Browser() {}

  static Response open(String link) {
    return given().urlEncodingEnabled(false).redirects().follow(false).get(link);
  }

  /** What the page's only form would send. */
  static Map<String, String> form(Response page) {
    Document document = Jsoup.parse(page.asString());
    Element form = document.selectFirst("form[method=post]");
    if (form == null) {
      throw new AssertionError("no form in: " + document.body().text());
    }
    Map<String, String> fields = new HashMap<>();
    form.select("input[name]").forEach(input -> fields.put(input.attr("name"), input.val()));
    return fields;
  }

  static Response submit(String link, Map<String, String> fields) {
    return given().urlEncodingEnabled(false).formParams(fields).post(link);
  }

  /** Opens the link and presses its button. */
  static Response press(String link) {
    return submit(link, form(open(link)));
  }
}
